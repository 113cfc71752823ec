import Assay
import AssayAgents
import Foundation

/// What a run is: everything that it follows from, and when it writes what.
public struct RunDescription: Sendable, Hashable, Codable {
  public var schema = "assay.run/1"
  /// The version of Assay that began it.
  public var version: String
  /// The agent's name.
  public var agent: String
  /// The world's name, or the whole path of its file.
  public var environment: String
  /// What is set in the world.
  public var settings: [String: HyperparameterValue]
  /// Every hyperparameter of the agent.
  public var hyperparameters: Hyperparameters
  /// In how many copies of the world the agent lives.
  public var copies: Int
  public var seed: UInt64
  /// How many environment steps the run is to take.
  public var steps: Int
  /// Over how many steps schedules run: as many as were to be taken at first.
  public var runLength: Int
  /// Each time so many steps were taken, a line is added to the log.
  public var logEvery: Int
  /// Each time so many steps were taken, a checkpoint is made.
  public var checkpointEvery: Int
  /// Unless the last is younger than so many seconds.
  public var checkpointSeconds: Double
  /// Each time so many steps were taken, the parameters are kept for good.
  public var snapshotEvery: Int
  /// Each time so many steps were taken, the agent is evaluated; 0 for only at the end.
  public var evaluateEvery: Int
  /// In how many episodes it is; 0 for never.
  public var evaluationEpisodes: Int

  /// Describes a run.
  ///
  /// - Parameters:
  ///   - agent: the agent's name.
  ///   - environment: the world's name, or the whole path of its file.
  ///   - settings: what is set in the world.
  ///   - hyperparameters: every one of the agent's.
  ///   - seed: everything random follows from it.
  ///   - steps: how many environment steps to take, at least 1.
  ///   - version: of Assay.
  public init(
    agent: String, environment: String, settings: Settings, hyperparameters: Hyperparameters, seed: UInt64,
    steps: Int, version: String
  ) {
    precondition(steps > 0, "steps must be positive, but is \(steps)")
    self.version = version
    self.agent = agent
    self.environment = environment
    self.settings = settings.mapValues {
      switch $0 {
      case .word(let word): .word(word)
      case .number(let number): .number(number)
      }
    }
    self.hyperparameters = hyperparameters
    copies = if case .integer(let count)? = hyperparameters["copies"] { count } else { 1 }
    self.seed = seed
    self.steps = steps
    runLength = steps
    logEvery = max(1, steps / 100)
    checkpointEvery = max(1, steps / 10)
    checkpointSeconds = 5
    snapshotEvery = max(1, steps / 10)
    evaluateEvery = 0
    evaluationEpisodes = 20
  }

  /// What is set in the world, as worlds take it.
  public var worldSettings: Settings {
    settings.mapValues {
      switch $0 {
      case .number(let number): .number(number)
      case .integer(let number): .number(Double(number))
      default: .word($0.description)
      }
    }
  }

  /// Makes sure that a description which was read makes sense.
  func check() throws(DataError) {
    func require(_ holds: Bool, _ field: String, _ value: Int, _ allowed: String) throws(DataError) {
      if !holds { throw DataError(field: field, value: "\(value)", allowed: allowed) }
    }
    guard schema == "assay.run/1" else {
      throw DataError(field: "schema", value: schema, allowed: "assay.run/1")
    }
    for (field, value) in [
      ("copies", copies), ("steps", steps), ("runLength", runLength), ("logEvery", logEvery),
      ("checkpointEvery", checkpointEvery), ("snapshotEvery", snapshotEvery),
    ] {
      try require(value > 0, field, value, "1 or more")
    }
    try require(evaluateEvery >= 0, "evaluateEvery", evaluateEvery, "0 or more")
    try require(evaluationEpisodes >= 0, "evaluationEpisodes", evaluationEpisodes, "0 or more")
  }
}

/// As JSON has it: a number, a truth value, a text, or a list of whole numbers.
extension HyperparameterValue: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let flag = try? container.decode(Bool.self) {
      self = .flag(flag)
    } else if let number = try? container.decode(Int.self) {
      self = .integer(number)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let numbers = try? container.decode([Int].self) {
      self = .integers(numbers)
    } else {
      self = .word(try container.decode(String.self))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .number(let number): try container.encode(number)
    case .integer(let number): try container.encode(number)
    case .flag(let flag): try container.encode(flag)
    case .word(let word): try container.encode(word)
    case .integers(let numbers): try container.encode(numbers)
    }
  }
}

/// JSON files that were written by Assay, and may have been altered since.
enum StrictJSON {
  /// Reads a value from a file.
  ///
  /// - Throws: `DataError` that names the file and the field.
  static func read<Value: Decodable>(_: Value.Type, from url: URL) throws(DataError) -> Value {
    try decode(Value.self, from: try WholeFile.read(url), in: url)
  }

  /// Reads a value from the bytes of a file.
  ///
  /// - Throws: `DataError` that names the file and the field.
  static func decode<Value: Decodable>(_: Value.Type, from bytes: [UInt8], in url: URL) throws(DataError)
    -> Value
  {
    let data = Data(bytes)
    do throws(DataError) { try DataError.checkText(data) } catch { throw error.from(url.path) }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    do { return try decoder.decode(Value.self, from: data) } catch {
      throw problem(with: error).from(url.path)
    }
  }

  /// The bytes of a value, the same for the same value.
  static func bytes(of value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    guard let data = try? encoder.encode(value) else { preconditionFailure("\(value) has no JSON") }
    return Array(data) + [UInt8(ascii: "\n")]
  }

  private static func problem(with error: any Error) -> DataError {
    func field(_ path: [any CodingKey], _ last: String? = nil) -> String {
      let names = path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue } + [last].compactMap(\.self)
      return names.isEmpty ? "the file" : names.joined(separator: ".").replacing(".[", with: "[")
    }
    switch error {
    case DecodingError.keyNotFound(let key, let context):
      return DataError(
        field: field(context.codingPath, key.stringValue), value: "missing", allowed: "what was written there"
      )
    case DecodingError.typeMismatch(let type, let context),
      DecodingError.valueNotFound(let type, let context):
      return DataError(field: field(context.codingPath), value: "of another type", allowed: "\(type)")
    case DecodingError.dataCorrupted(let context):
      return DataError(
        field: field(context.codingPath),
        value: context.codingPath.isEmpty ? "not whole JSON" : "not what it must be",
        allowed: "what was written there")
    default: return DataError(field: "the file", value: "not JSON", allowed: "one JSON object")
    }
  }
}
