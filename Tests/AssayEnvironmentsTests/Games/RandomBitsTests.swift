import Assay
import Testing

@Suite("Random bits")
struct RandomBitsTests {
  @Test("a bit is drawn from those that are set, each as often as the others")
  func uniform() {
    var random = RandomStream(seed: 11)
    for mask: UInt64 in [1, 1 << 63, 0b1011_0000, 0x8000_0001_0080_0001, 0xFF, ~0, 0x0101_0101_0101_0101] {
      let count = mask.nonzeroBitCount
      var counts = [Int](repeating: 0, count: 64)
      let draws = 60 * count
      for _ in 0..<draws { counts[random.setBit(of: mask)] += 1 }
      for bit in 0..<64 {
        if mask >> UInt64(bit) & 1 == 0 {
          #expect(counts[bit] == 0)
        } else {
          // A binomial of mean 60 leaves 15...120 less often than once in 10⁹ draws.
          #expect(count == 1 ? counts[bit] == draws : (15...120).contains(counts[bit]))
        }
      }
    }
  }
}
