import Assay
import Testing

/// Two episodes side by side for six steps: the first terminates with its third step, the second is truncated with its
/// fourth. What is expected was computed once as forward sums, straight from each definition, by a script.
@Suite("Returns over a stretch of experience")
struct ReturnsTests {
  private let rewards: [Double] = [1, -2, 0.5, 3, 2, 0, -1, 1.5, 4, -0.5, 0.25, 2]
  private let values: [Float] = [0.5, -1, 1.5, 2, -0.5, 0.75, 3, 1, 2, -2, 1, 0.5]
  /// 9 stands where nothing follows, and must not count; 5 where somebody stopped watching, and must.
  private let nextValues: [Float] = [1.5, 2, -0.5, 0.75, 9, 1, 2, 5, 1, 0.5, -1.5, 2.5]
  private let ratios: [Float] = [0.5, 2, 1.5, 0.25, 0.8, 1, 3, 0.6, 1, 0.9, 0.4, 1.2]
  private let endings: [Ending?] = [
    nil, nil, nil, nil, .terminated, nil, nil, .truncated, nil, nil, nil, nil,
  ]

  /// Numbers of size 10 at most, kept in single precision after sums in double precision: half a unit in the last place
  /// is 5·10⁻⁷, as is what the literals were rounded by.
  private func agree(_ one: [Float], _ other: [Float]) -> Bool {
    one.count == other.count && zip(one, other).allSatisfy { abs($0 - $1) <= 1e-6 }
  }

  @Test("Discounted returns stop at every ending")
  func discounted() {
    let returns = discountedReturns(rewards: rewards, endings: endings, copies: 2, discount: 0.9)
    #expect(agree(returns, [3.07, 1.7935, 2.3, 4.215, 2, 1.35, 2.8025, 1.5, 4.225, 1.3, 0.25, 2]))
  }

  @Test(
    "n-step returns are cut short by endings, and go on with a value where nothing terminated",
    arguments: [
      (2, [1.045, 1.3075, 2.3, 3.81, 2, 5.4, 3.41, 6, 3.01, 3.325, -1.1, 4.25] as [Float]),
      (3, [3.07, 1.429, 2.3, 7.86, 2, 5.4, 1.709, 6, 3.01, 3.325, -1.1, 4.25] as [Float]),
    ])
  func nStep(horizon: Int, expected: [Float]) {
    let returns = nStepReturns(
      rewards: rewards, nextValues: nextValues, endings: endings, copies: 2, discount: 0.9, horizon: horizon)
    #expect(agree(returns, expected))
  }

  private func lambda(_ decay: Double) -> [Float] {
    lambdaReturns(
      rewards: rewards, nextValues: nextValues, endings: endings, copies: 2, discount: 0.9, decay: decay)
  }

  private func advantages(_ decay: Double) -> [Float] {
    generalizedAdvantages(
      rewards: rewards, values: values, nextValues: nextValues, endings: endings, copies: 2, discount: 0.9,
      decay: decay)
  }

  @Test("λ-returns are what n-step returns average to")
  func lambdaReturnsOfStretch() {
    #expect(agree(lambda(0.8), [2.602, 2.95, 1.85, 6.375, 2, 4.5, 1.79936, 6, 3.388, 2.65, -1.1, 4.25]))
  }

  @Test("λ = 0 looks one step ahead, and λ = 1 to the end")
  func limits() {
    func nStep(_ horizon: Int) -> [Float] {
      nStepReturns(
        rewards: rewards, nextValues: nextValues, endings: endings, copies: 2, discount: 0.9, horizon: horizon
      )
    }
    #expect(agree(lambda(0), nStep(1)))
    #expect(agree(lambda(1), nStep(6)))
  }

  @Test("Generalised advantages are discounted sums of surprises")
  func generalized() {
    let expected: [Float] = [
      2.102, 3.95, 0.35, 4.375, 2.5, 3.75, -1.20064, 5, 1.388, 4.65, -2.1, 3.75,
    ]
    #expect(agree(advantages(0.8), expected))
  }

  @Test("A generalised advantage is the λ-return less the value", arguments: [0, 0.3, 0.8, 1])
  func advantagesAreReturnsLessValues(decay: Double) {
    #expect(agree(zip(advantages(decay), values).map { $0 + $1 }, lambda(decay)))
  }

  private func vTrace(
    ratios: [Float], decay: Double = 1, ratioBound: Double = 1, traceBound: Double = 1
  ) -> VTraceReturns {
    vTraceReturns(
      rewards: rewards, values: values, nextValues: nextValues, ratios: ratios, endings: endings, copies: 2,
      discount: 0.9, decay: decay, ratioBound: ratioBound, traceBound: traceBound)
  }

  @Test("V-trace cuts ratios off at its two bounds")
  func vTraceOfStretch() {
    let result = vTrace(ratios: ratios, decay: 0.8, ratioBound: 1.2, traceBound: 0.9)
    let targets: [Float] = [
      1.26516, 0.475_594_2, 1.056, 2.79567, 1.5, 2.844, 1.886_480_6, 4, 4.35568, 2.671, 0.16, 5,
    ]
    let advantages: [Float] = [
      0.7252, 1.819_323_6, 0.42, 0.8899, 2, 2.85, -0.095_865_6, 3, 2.144, 5.4, -0.84, 4.5,
    ]
    #expect(agree(result.targets, targets))
    #expect(agree(result.advantages, advantages))
    #expect(
      agree(
        vTrace(ratios: ratios).targets,
        [1.5825, 0.754, 1.85, 3.06, 1.5, 3.6, 2.7296, 4, 4.144, 2.7925, 0.16, 4.25]))
  }

  @Test("V-trace of a policy's own experience is its return")
  func vTraceOnPolicy() {
    let result = vTrace(ratios: [Float](repeating: 1, count: 12))
    #expect(agree(result.targets, lambda(1)))
    #expect(agree(result.advantages, advantages(1)))
  }

  @Test("Retrace cuts traces where the other policy was likelier to act so")
  func retrace() {
    let result = retraceReturns(
      rewards: rewards, actionValues: values, nextValues: nextValues, ratios: ratios, endings: endings,
      copies: 2, discount: 0.9, decay: 0.8)
    let expected: [Float] = [
      2.3428, 0.400_876, 1.49, 5.3382, 2, 3.06, 2.452_544, 6, 4.2952, 2.65, -1.1, 4.25,
    ]
    #expect(agree(result, expected))
  }

  @Test("Nothing gives nothing, and NaN stays NaN")
  func edges() {
    #expect(discountedReturns(rewards: [], endings: [], copies: 3, discount: 1).isEmpty)
    let result = vTraceReturns(
      rewards: [1], values: [0], nextValues: [0], ratios: [.nan], endings: [nil], copies: 1, discount: 1)
    #expect(result.targets[0].isNaN)
    let traced = retraceReturns(
      rewards: [1, 1], actionValues: [0, 0], nextValues: [0, 0], ratios: [1, .nan], endings: [nil, nil],
      copies: 1, discount: 1, decay: 1)
    #expect(traced[0].isNaN)
  }
}
