import ArgumentParser
import Assay
import AssayPlanning
import Foundation
import Synchronization

/// Runs the body of a command and turns what it throws into one clear line and an exit status.
func reporting(_ body: () async throws -> Void) async throws {
  func end(_ status: ExitCode, _ message: String) -> ExitCode {
    FileHandle.standardError.write(Data("Error: \(message)\n".utf8))
    return status
  }
  do {
    try await body()
  } catch let failure as Failure {
    throw end(failure.status, failure.message)
  } catch let error as UnknownName {
    throw end(ExitStatus.usage, error.description)
  } catch let error as DataError {
    throw end(ExitStatus.badData, error.description)
  } catch let error as PlanningError {
    throw end(ExitStatus.badData, error.description)
  } catch let error as NonFiniteError {
    throw end(ExitStatus.software, error.description)
  }
}

/// A line on the terminal that says how far a long run has come; nothing where standard error is not a terminal.
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
