import ArgumentParser
import Assay
import AssayPlanning
import AssayReports
import AssayScenarios
import Foundation
import Synchronization

/// Runs the body of a command and turns what it throws into one clear line and an exit status.
func reporting(_ body: () async throws -> Void) async throws {
  do { try await body() } catch { throw end(error) }
}

/// Says on standard error what went wrong, and gives the status to end with.
func end(_ error: any Error) -> ExitCode {
  // What is to be said was said.
  if let status = error as? ExitCode { return status }
  let (status, message): (ExitCode, String) =
    switch error {
    case let error as Failure: (error.status, error.message)
    case let error as UnknownName: (ExitStatus.usage, error.description)
    case let error as ScriptError: (ExitStatus.badData, error.description)
    case let error as DataError: (ExitStatus.badData, error.description)
    case let error as PlanningError: (ExitStatus.badData, error.description)
    case let error as NonFiniteError: (ExitStatus.software, error.description)
    case EncodingError.invalidValue(let value, let context):
      (
        ExitStatus.software,
        "\(context.codingPath.map(\.stringValue).joined(separator: ".")) came out as \(value)"
      )
    default: (ExitStatus.software, "\(error)")
    }
  let lines = message.split(separator: "\n").map { TextLayout.harmless(String($0)) }
  FileHandle.standardError.write(Data("Error: \(lines.joined(separator: "\n"))\n".utf8))
  return status
}

/// Runs what may find that a process has no exact truth, and names the process then.
func solving<Result>(_ name: String, _ body: () async throws -> Result) async throws -> Result {
  do { return try await body() } catch let error as PlanningError {
    throw Failure(status: ExitStatus.badData, message: "\(name): \(error)")
  }
}

/// What standard output can show.
enum Terminal {
  /// Whether colours are wanted: on a terminal, unless `NO_COLOR` says otherwise (no-color.org).
  static var usesColour: Bool {
    isatty(STDOUT_FILENO) == 1 && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
  }
}

/// Writes a value as JSON to standard output.
func printJSON(_ value: some Encodable) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  var data = try encoder.encode(value)
  data.append(UInt8(ascii: "\n"))
  FileHandle.standardOutput.write(data)
}

/// A line on the terminal that says how far a long run has come; nothing where standard error is not a
/// terminal.
final class ProgressLine: Sendable {
  private let total: Int
  private let label: String
  private let state = Mutex((done: 0, shown: -1))
  private let isTerminal = isatty(STDERR_FILENO) == 1

  init(_ label: String, total: Int) {
    self.label = label
    self.total = total
  }

  func advance(by steps: Int) {
    guard isTerminal else { return }
    state.withLock { state in
      state.done += steps
      let share = state.done * 100 / max(total, 1)
      guard share != state.shown else { return }
      state.shown = share
      let filled = share * 30 / 100
      let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 30 - filled)
      FileHandle.standardError.write(Data("\r\(label) \(bar) \(share)%\u{1B}[K".utf8))
    }
  }

  func finish() {
    if isTerminal { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
  }
}
