import Testing

@testable import AssayPlanning

@Suite("Linear systems")
struct LinearSystemTests {
  @Test("a system and its transpose have the solutions one works out by hand")
  func byHand() throws {
    // [2 1; 1 3; …] would hide a transpose, so: [2 1; 0 4], column by column.
    let system = try #require(LinearSystem(columnMajor: [2, 0, 1, 4], size: 2))
    #expect(system.solve([4, 8]) == [1, 2])
    #expect(system.solve([4, 9], transposed: true) == [2, 1.75])
  }

  @Test("many equations are solved with the residual of a few units in the last place")
  func random() throws {
    let size = 60
    var random = Array(0..<size * size).map { Double(($0 * 7919) % 1013) / 1013 - 0.5 }
    for index in 0..<size { random[index * size + index] += 10 }
    let system = try #require(LinearSystem(columnMajor: random, size: size))
    let side = (0..<size).map { Double($0) }
    for transposed in [false, true] {
      let solution = system.solve(side, transposed: transposed)
      for row in 0..<size {
        let product = (0..<size).reduce(0.0) { sum, column in
          let entry = transposed ? random[row * size + column] : random[column * size + row]
          return sum + entry * solution[column]
        }
        #expect(abs(product - side[row]) < 1e-12)
      }
    }
  }

  @Test("a singular system is refused")
  func singular() { #expect(LinearSystem(columnMajor: [1, 2, 2, 4], size: 2) == nil) }

  @Test("a matrix of the wrong size is a programmer's mistake")
  func wrongSize() async {
    await #expect(processExitsWith: .failure) { _ = LinearSystem(columnMajor: [1, 2, 3], size: 2) }
  }
}
