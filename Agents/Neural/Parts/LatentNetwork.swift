import Assay
import AssayNetworks
import AssayPlanning

/// A learned model of latents, as a network that is described once and asked by tree searches.
///
/// ```swift
/// let model = LatentProgram(latentCount: 64, actionCount: 4, reading: store) { latents, actions in
///   let next = tanh(dynamics(relu(encoder(latents) + embedding(actions))))
///   return .init(latents: next, reward: reward(next), value: value(next), logits: policy(next))
/// } judge: { latents in
///   .init(value: value(latents), logits: policy(latents))
/// }
/// ```
///
/// A program has one batch size, so steps are taken in slices of 1024, 512, …, 1; a slice may be filled up with rows that
/// nobody looks at.
public struct LatentProgram: LatentNetwork {
  /// What becomes of some latents when actions are taken.
  public struct Step {
    /// What comes next: `[rows, latentCount]`.
    public var latents: Matrix
    /// In reward units: `[rows, 1]`.
    public var reward: Matrix
    /// V̂ of what comes next, in reward units: `[rows, 1]`.
    public var value: Matrix
    /// ln π there, up to a constant: `[rows, actionCount]`.
    public var logits: Matrix

    public init(latents: Matrix, reward: Matrix, value: Matrix, logits: Matrix) {
      self.latents = latents
      self.reward = reward
      self.value = value
      self.logits = logits
    }
  }

  /// What is thought of some latents.
  public struct Judgement {
    /// V̂, in reward units: `[rows, 1]`.
    public var value: Matrix
    /// ln π, up to a constant: `[rows, actionCount]`.
    public var logits: Matrix

    public init(value: Matrix, logits: Matrix) {
      self.value = value
      self.logits = logits
    }
  }

  public let latentCount: Int
  public let actionCount: Int
  public let sources: SearchSources
  /// The store that is read; another state of it may be put in its place.
  public var parameters: ParameterStore

  private let describeStep: @Sendable (Matrix, Indices<Rank1>) -> Step
  private let describeJudgement: @Sendable (Matrix) -> Judgement
  /// By the logarithm of their batch size.
  private var steps = [Program?](repeating: nil, count: largestExponent + 1)
  private var judgements = [Program?](repeating: nil, count: largestExponent + 1)

  private static let largestExponent = 10

  /// Gets ready to ask a network.
  ///
  /// - Parameters:
  ///   - latentCount: how many numbers a latent has.
  ///   - actionCount: how many actions there are.
  ///   - store: the store that its parameters are in.
  ///   - sources: who answers, in traces.
  ///   - step: what becomes of latents when actions are taken.
  ///   - judge: what is thought of latents.
  public init(
    latentCount: Int, actionCount: Int, reading store: ParameterStore,
    sources: SearchSources = SearchSources(dynamics: "world model", values: "critic", priors: "actor"),
    step: @escaping @Sendable (Matrix, Indices<Rank1>) -> Step,
    judge: @escaping @Sendable (Matrix) -> Judgement
  ) {
    self.latentCount = latentCount
    self.actionCount = actionCount
    self.sources = sources
    parameters = store
    describeStep = step
    describeJudgement = judge
  }

  /// The exponent of the slice that is asked about next.
  private static func exponent(of rows: Int) -> Int {
    // The power of two that is no less; where it would be filled by three quarters at most, one half of it first.
    let above = min(Int.bitWidth - (rows - 1).leadingZeroBitCount, largestExponent)
    return above > 0 && 4 * rows <= 3 << above ? above - 1 : above
  }

  public mutating func judge(
    _ latents: UnsafePointer<Float>, count: Int, values: UnsafeMutablePointer<Float>,
    logits: UnsafeMutablePointer<Float>
  ) {
    var first = 0
    while first < count {
      let exponent = Self.exponent(of: count - first)
      let taken = min(1 << exponent, count - first)
      if judgements[exponent] == nil {
        judgements[exponent] = Program(reading: parameters) { trace in
          let judgement = describeJudgement(trace.input("latents", 1 << exponent, latentCount))
          trace.output("value", judgement.value)
          trace.output("logits", judgement.logits)
        }
      }
      let numbers = taken * latentCount
      let source = latents + first * latentCount
      judgements[exponent]!.fill("latents") { span in
        span.withUnsafeMutableBufferPointer { $0.baseAddress!.update(from: source, count: numbers) }
      }
      judgements[exponent]!.run(reading: parameters)
      Self.copy("value", of: judgements[exponent]!, to: values + first, count: taken)
      Self.copy(
        "logits", of: judgements[exponent]!, to: logits + first * actionCount, count: taken * actionCount)
      first += taken
    }
  }

  public mutating func step(
    taking actions: UnsafePointer<Int32>, atRows rows: UnsafePointer<Int32>, of latents: UnsafePointer<Float>,
    count: Int, to answers: LatentAnswers
  ) {
    var first = 0
    let width = latentCount
    while first < count {
      let exponent = Self.exponent(of: count - first)
      let taken = min(1 << exponent, count - first)
      if steps[exponent] == nil {
        steps[exponent] = Program(reading: parameters) { trace in
          let step = describeStep(
            trace.input("latents", 1 << exponent, latentCount), trace.indices("actions", 1 << exponent))
          trace.output("next", step.latents)
          trace.output("reward", step.reward)
          trace.output("value", step.value)
          trace.output("logits", step.logits)
        }
      }
      steps[exponent]!.fill("latents") { span in
        span.withUnsafeMutableBufferPointer { input in
          let input = input.baseAddress!
          for row in 0..<taken {
            (input + row * width).update(from: latents + Int(rows[first + row]) * width, count: width)
          }
        }
      }
      steps[exponent]!.set(
        "actions", to: (0..<1 << exponent).map { $0 < taken ? Int(actions[first + $0]) : 0 })
      steps[exponent]!.run(reading: parameters)
      Self.copy("next", of: steps[exponent]!, to: answers.latents + first * width, count: taken * width)
      Self.copy("reward", of: steps[exponent]!, to: answers.rewards + first, count: taken)
      Self.copy("value", of: steps[exponent]!, to: answers.values + first, count: taken)
      Self.copy(
        "logits", of: steps[exponent]!, to: answers.logits + first * actionCount, count: taken * actionCount)
      first += taken
    }
  }

  private static func copy(
    _ name: String, of program: borrowing Program, to target: UnsafeMutablePointer<Float>, count: Int
  ) {
    program.withValues(of: name) { values in
      values.withUnsafeBufferPointer { target.update(from: $0.baseAddress!, count: count) }
    }
  }
}
