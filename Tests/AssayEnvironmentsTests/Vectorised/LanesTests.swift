import Assay
import AssayEnvironments
import Foundation
import Testing

@Suite("Lanes")
struct LanesTests {
  /// Angles small and large, both signs, near multiples of π/2 and exactly at them.
  private static let angles: [Double] = {
    var random = RandomStream(seed: 1)
    var angles: [Double] = [0, -0.0, 1e-300, .pi, -.pi, .pi / 2, 1e6, -1e6]
    for power in -8...6 {
      for _ in 0..<100 { angles.append((random.unit() - 0.5) * 2 * pow(10, Double(power))) }
    }
    for quarter in -50...50 { angles.append(Double(quarter) * .pi / 2 + (random.unit() - 0.5) * 1e-6) }
    return angles
  }()

  /// The system's own are within one unit in the last place, which is 1.1e-16 at most.
  @Test("sine and cosine are true to within 1e-15")
  func sines() {
    for angle in Self.angles {
      let (sine, cosine) = OneLane(angle).sineAndCosine
      #expect(abs(sine.number - sin(angle)) <= 1e-15, "\(angle)")
      #expect(abs(cosine.number - cos(angle)) <= 1e-15, "\(angle)")
    }
  }

  @Test("whole parts are the system's")
  func wholeParts() {
    for number in Self.angles { #expect(OneLane(number).wholePart.number == floor(number)) }
  }

  @Test("angles less whole turns differ from the system's remainder by rounding")
  func turns() {
    for angle in Self.angles where abs(angle) < 1e4 {
      let found = OneLane(angle).angleWithinHalfTurn.number
      // Just at half a turn either sign is right.
      let error = abs(remainder(found - angle, 2 * .pi))
      #expect(error < 1e-11 && abs(found) <= .pi + 1e-11)
    }
  }

  @Test("four lanes compute what one does, bit for bit")
  func agreement() {
    func compare(_ name: String, _ four: (FourLanes) -> FourLanes, _ one: (OneLane) -> OneLane) {
      for start in stride(from: 0, to: Self.angles.count - 4, by: 3) {
        var numbers = FourLanes(0)
        for lane in 0..<4 { numbers[lane] = Self.angles[start + lane] }
        let result = four(numbers)
        for lane in 0..<4 {
          let wanted = one(OneLane(numbers[lane])).number
          #expect(result[lane].bitPattern == wanted.bitPattern, "\(name) of \(numbers[lane])")
        }
      }
    }
    compare("sine", { $0.sineAndCosine.sine }, { $0.sineAndCosine.sine })
    compare("cosine", { $0.sineAndCosine.cosine }, { $0.sineAndCosine.cosine })
    compare("angle", { $0.angleWithinHalfTurn }, { $0.angleWithinHalfTurn })
    compare("single", { $0.single }, { $0.single })
    compare("limited", { $0.limited(from: -1, to: 2) }, { $0.limited(from: -1, to: 2) })
    compare("opposite", { -$0 }, { -$0 })
  }

  @Test("limits hold, and a choice is made lane by lane")
  func choices() {
    var numbers = FourLanes(0)
    for (lane, number) in [-3.0, -1, 0.5, 7].enumerated() { numbers[lane] = number }
    let limited = numbers.limited(from: -1, to: 2)
    #expect((0..<4).map { limited[$0] } == [-1, -1, 0.5, 2])
    let isSmall = numbers .< FourLanes(0)
    #expect(FourLanes.isAny(isSmall) && !FourLanes.isAny(numbers .< FourLanes(-5)))
    #expect((0..<4).map { FourLanes.isSet(isSmall, lane: $0) } == [true, true, false, false])
    let chosen = FourLanes.choose(isSmall, FourLanes(9), else: numbers)
    #expect((0..<4).map { chosen[$0] } == [9, 9, 0.5, 7])
    #expect(
      (0..<4).map { FourLanes.isSet(numbers .<= FourLanes(-1), lane: $0) } == [true, true, false, false])
  }
}
