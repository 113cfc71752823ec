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
  private var steps = [StepProgram?](repeating: nil, count: largestExponent + 1)
  private var judgements = [JudgementProgram?](repeating: nil, count: largestExponent + 1)

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
        judgements[exponent] = JudgementProgram(
          rows: 1 << exponent, of: latentCount, reading: parameters, describeJudgement)
      }
      judgements[exponent]!.run(
        latents + first * latentCount, width: latentCount, count: taken, actionCount: actionCount,
        reading: parameters, values: values + first, logits: logits + first * actionCount)
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
        steps[exponent] = StepProgram(rows: 1 << exponent, of: width, reading: parameters, describeStep)
      }
      let part = LatentAnswers(
        latents: answers.latents + first * width, rewards: answers.rewards + first,
        discounts: answers.discounts + first, values: answers.values + first,
        logits: answers.logits + first * actionCount)
      steps[exponent]!.run(
        taking: actions + first, atRows: rows + first, of: latents, width: width, count: taken,
        actionCount: actionCount, reading: parameters, to: part)
      first += taken
    }
  }
}

/// A judgement of so many rows, with its inputs and outputs looked up.
///
/// Programs are run where they lie: to copy one costs as much as a small network.
private struct JudgementProgram: Sendable {
  var program: Program
  let latents, value, logits: Program.Port

  init(
    rows: Int, of latentCount: Int, reading store: ParameterStore,
    _ describe: (Matrix) -> LatentProgram.Judgement
  ) {
    let program = Program(reading: store) { trace in
      let judgement = describe(trace.input("latents", rows, latentCount))
      trace.output("value", judgement.value)
      trace.output("logits", judgement.logits)
    }
    latents = program.port(of: "latents")
    value = program.port(of: "value")
    logits = program.port(of: "logits")
    self.program = program
  }

  mutating func run(
    _ rows: UnsafePointer<Float>, width: Int, count: Int, actionCount: Int,
    reading parameters: borrowing ParameterStore, values: UnsafeMutablePointer<Float>,
    logits written: UnsafeMutablePointer<Float>
  ) {
    program.fill(latents) { span in
      span.withUnsafeMutableBufferPointer { $0.baseAddress!.update(from: rows, count: count * width) }
    }
    program.run(reading: parameters)
    program.copy(value, to: values, count: count)
    program.copy(logits, to: written, count: count * actionCount)
  }
}

/// A step of so many rows, likewise.
private struct StepProgram: Sendable {
  var program: Program
  let latents, actions, next, reward, value, logits: Program.Port

  init(
    rows: Int, of latentCount: Int, reading store: ParameterStore,
    _ describe: (Matrix, Indices<Rank1>) -> LatentProgram.Step
  ) {
    let program = Program(reading: store) { trace in
      let step = describe(trace.input("latents", rows, latentCount), trace.indices("actions", rows))
      trace.output("next", step.latents)
      trace.output("reward", step.reward)
      trace.output("value", step.value)
      trace.output("logits", step.logits)
    }
    latents = program.port(of: "latents")
    actions = program.port(of: "actions")
    next = program.port(of: "next")
    reward = program.port(of: "reward")
    value = program.port(of: "value")
    logits = program.port(of: "logits")
    self.program = program
  }

  mutating func run(
    taking taken: UnsafePointer<Int32>, atRows rows: UnsafePointer<Int32>,
    of from: UnsafePointer<Float>, width: Int, count: Int, actionCount: Int,
    reading parameters: borrowing ParameterStore, to answers: LatentAnswers
  ) {
    program.fill(latents) { span in
      span.withUnsafeMutableBufferPointer { input in
        let input = input.baseAddress!
        for row in 0..<count {
          (input + row * width).update(from: from + Int(rows[row]) * width, count: width)
        }
      }
    }
    // Rows that fill up a slice keep actions of earlier ones.
    program.fillIntegers(actions) { span in
      span.withUnsafeMutableBufferPointer { $0.baseAddress!.update(from: taken, count: count) }
    }
    program.run(reading: parameters)
    program.copy(next, to: answers.latents, count: count * width)
    program.copy(reward, to: answers.rewards, count: count)
    program.copy(value, to: answers.values, count: count)
    program.copy(logits, to: answers.logits, count: count * actionCount)
  }
}

extension Program {
  fileprivate func copy(_ port: Port, to target: UnsafeMutablePointer<Float>, count: Int) {
    withValues(of: port) { values in
      values.withUnsafeBufferPointer { target.update(from: $0.baseAddress!, count: count) }
    }
  }
}
