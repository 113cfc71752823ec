import AssayDiagnostics

/// How well audits diagnose: planted faults, and none, against what was said of each agent.
public struct DiagnosisMatrix: Sendable, Hashable, Codable {
  /// The schema of the JSON form.
  public static let schema = "assay.matrix/1"

  /// What was said of one agent.
  public struct Answer: Sendable, Hashable, Codable {
    public var seed: UInt64
    public var diagnosis: String
    /// Further things that were said to be wrong with it.
    public var also: [String]

    public init(seed: UInt64, diagnosis: String, also: [String]) {
      self.seed = seed
      self.diagnosis = diagnosis
      self.also = also
    }
  }

  /// One fault, several or none, in one agent in one world.
  public struct Cell: Sendable, Hashable, Codable {
    public var environment: String
    public var agent: String
    /// The planted faults; empty for a healthy agent.
    public var faults: [String]
    /// How much was broken; `nil` where there is nothing, or nothing to choose.
    @ExplicitNull public var strength: String?
    public var answers: [Answer]
    /// How the answers count.
    public var score: Score

    public init(environment: String, agent: String, faults: [String], strength: String?, answers: [Answer]) {
      self.environment = environment
      self.agent = agent
      self.faults = faults
      self.strength = strength
      self.answers = answers
      score = Score(of: answers, planted: faults)
    }
  }

  /// A combination that makes no sense, and why.
  public struct Omission: Sendable, Hashable, Codable {
    public var environment: String
    public var agent: String
    public var faults: [String]
    @ExplicitNull public var strength: String?
    public var reason: String
  }

  /// How answers count, each as a share of the agents with its Wilson interval.
  ///
  /// The intervals take agents for independent, which those of one world are only given that world.
  public struct Score: Sendable, Hashable, Codable {
    /// Something was said to be wrong: for a healthy agent, a false alarm.
    public var detected: Estimate
    /// What was said to be wrong is what was planted: by the name of the diagnosis, or for several faults by the name
    /// and what else was wrong. For a healthy agent: it was called healthy.
    public var named: Estimate
    /// Something was said to be wrong, and what was planted was not mentioned.
    public var misattributed: Estimate
    public var inconclusive: Estimate

    /// Counts answers.
    ///
    /// - Parameters:
    ///   - answers: at least one.
    ///   - planted: names of the faults; empty for healthy agents.
    public init(of answers: [Answer], planted: [String]) {
      self.init(of: answers.map { ($0, planted) })
    }

    /// Counts answers to different questions together.
    public init(of answers: [(answer: Answer, planted: [String])]) {
      func share(_ holds: (Answer, [String]) -> Bool) -> Estimate {
        Estimate(share: answers.count { holds($0.answer, $0.planted) }, of: answers.count)
      }
      detected = share { answer, _ in Self.isAlarm(answer) }
      named = share { answer, planted in
        switch planted.count {
        case 0: answer.diagnosis == DiagnosisName.healthy.rawValue
        case 1: answer.diagnosis == planted[0]
        default: Set(planted).isSubset(of: [answer.diagnosis] + answer.also)
        }
      }
      misattributed = share { answer, planted in
        Self.isAlarm(answer) && Set(planted).isDisjoint(with: [answer.diagnosis] + answer.also)
      }
      inconclusive = share { answer, _ in answer.diagnosis == DiagnosisName.inconclusive.rawValue }
    }

    private static func isAlarm(_ answer: Answer) -> Bool {
      answer.diagnosis != DiagnosisName.healthy.rawValue
        && answer.diagnosis != DiagnosisName.inconclusive.rawValue
    }
  }

  /// Cells of one fault and strength taken together.
  public struct Row: Sendable, Hashable, Codable {
    public var faults: [String]
    @ExplicitNull public var strength: String?
    /// In how many worlds and agents it makes sense.
    public var cells: Int
    /// How many agents were asked about.
    public var agents: Int
    public var score: Score
  }

  public var schema = Self.schema
  /// Environment steps of training, for each agent; `nil` for as many as each usually takes.
  @ExplicitNull public var steps: Int?
  public var seeds: [UInt64]
  public var cells: [Cell]
  public var omissions: [Omission]
  /// The cells by fault and strength, in the order of the cells.
  public var rows: [Row]

  public init(steps: Int?, seeds: [UInt64], cells: [Cell], omissions: [Omission]) {
    self.steps = steps
    self.seeds = seeds
    self.cells = cells
    self.omissions = omissions
    var order: [[String]] = []
    var groups: [[String]: [Cell]] = [:]
    for cell in cells {
      let key = cell.faults + [cell.strength ?? ""]
      if groups[key] == nil { order.append(key) }
      groups[key, default: []].append(cell)
    }
    rows = order.compactMap { key in
      guard let group = groups[key], let first = group.first else { return nil }
      let answers = group.flatMap { cell in cell.answers.map { ($0, cell.faults) } }
      return Row(
        faults: first.faults, strength: first.strength, cells: group.count, agents: answers.count,
        score: Score(of: answers))
    }
  }

  /// All rows with a planted fault at one strength taken together; faults without strengths count at every one.
  public func score(
    atStrength strength: Fault.Strength, where isWanted: ([String]) -> Bool = { $0.count == 1 }
  ) -> Score? {
    let answers = cells.filter {
      isWanted($0.faults) && ($0.strength == nil || $0.strength == strength.rawValue)
    }.flatMap { cell in cell.answers.map { ($0, cell.faults) } }
    return answers.isEmpty ? nil : Score(of: answers)
  }
}
