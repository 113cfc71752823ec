import Assay
import Testing

@testable import AssayDiagnostics

@Suite("Which recursion a critic satisfies")
struct RecursionFitTests {
  private static let rewards: [Double] = [-1, 0, 2, -3, 4, 1, 0, -2, 3, 5, -4, 2]
  private static let following: [Double] = [10, -5, 3, 8, -2, 7, 1, -6, 4, 0, 9, -8]
  private static let errors = [0.1, -0.2, 0.3, 0, -0.1, 0.2, -0.3, 0.1, 0.4, -0.2, 0, -0.3]

  private static func fit(
    _ factor: Double, _ discount: Double, offset: Double = -3, noise: Double = 0
  ) throws -> RecursionFit {
    let learned = rewards.indices.map {
      factor * rewards[$0] + discount * following[$0] + offset + noise * errors[$0]
    }
    return try #require(
      RecursionFit(learned: learned, step: .init(rewards: rewards, following: following)))
  }

  /// By NumPy from the normal equations, with the HC1 covariance and Student's t at 9 degrees of freedom.
  @Test("Coefficients and intervals are those of least squares")
  func leastSquares() throws {
    let found = try Self.fit(0.5, 0.97, noise: 1)
    #expect(abs(found.rewardFactor.estimate - 0.513_326_95) < 1e-8)
    #expect(abs(found.discount.estimate - 0.990_674_08) < 1e-8)
    #expect(abs(found.offset + 3.043_953_7) < 1e-7)
    #expect(abs(found.rewardFactor.high - found.rewardFactor.estimate - 0.065_332_45) < 1e-7)
    #expect(abs(found.discount.estimate - found.discount.low - 0.026_083_75) < 1e-7)
    #expect(abs(found.residual - 0.188_607_847) < 1e-8)
  }

  @Test("One thing that is off is named, and nothing is named where two are, whatever is added to all values")
  func findings() throws {
    let claim = Claim(.actionValue, of: .part("actor"), discount: 0.97)
    for offset in [0.0, -40, 25] {
      #expect(try Self.fit(1, 0.97, offset: offset).finding(against: claim) == .asClaimed)
      #expect(try Self.fit(0.5, 0.97, offset: offset).finding(against: claim) == .scaledReward)
      #expect(try Self.fit(2, 0.97, offset: offset).finding(against: claim) == .scaledReward)
      #expect(try Self.fit(-1, 0.97, offset: offset).finding(against: claim) == .wrongSign)
      #expect(try Self.fit(1, 0.9, offset: offset).finding(against: claim) == .wrongDiscount)
      #expect(try Self.fit(0.5, 0.9, offset: offset).finding(against: claim) == .open)
    }
    var halved = claim
    halved.rewardScale = 0.5
    #expect(try Self.fit(0.5, 0.97).finding(against: halved) == .asClaimed)
    #expect(try Self.fit(1, 0.97).finding(against: halved) == .scaledReward)
  }

  @Test("Noise as large as the values leaves it open")
  func noise() throws {
    let claim = Claim(.stateValue, of: .part("actor"), discount: 0.97)
    #expect(try Self.fit(0.5, 0.97, noise: 40).finding(against: claim) == .open)
  }

  @Test("Rewards that do not differ, or differ as the values after them do, tell nothing")
  func collinear() {
    let one = [Double](repeating: 1, count: 12)
    #expect(
      RecursionFit(learned: Self.following, step: .init(rewards: one, following: Self.following)) == nil)
    #expect(
      RecursionFit(
        learned: Self.following, step: .init(rewards: Self.following, following: Self.following)) == nil)
    #expect(RecursionFit(learned: [1, 2], step: .init(rewards: [1, 3], following: [2, 1])) == nil)
  }
}
