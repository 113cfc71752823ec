import AssayDiagnostics
import AssayReports
import AssayScenarios
import Foundation
import Synchronization

/// A line on the terminal that says how far training has come; nothing where standard error is not a terminal.
final class TrainingLine: Sendable {
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let runs: Mutex<[TrainingSession.Progress?]>
  private let start = ContinuousClock.now
  private let first: Mutex<Int?> = Mutex(nil)

  init(runs count: Int) { runs = Mutex([TrainingSession.Progress?](repeating: nil, count: count)) }

  /// Shows how far one of the runs has come.
  func show(_ progress: TrainingSession.Progress, run index: Int) {
    guard isTerminal else { return }
    runs.withLock { runs in
      runs[index] = progress
      FileHandle.standardError.write(Data("\r\(Self.text(runs, since: start))\u{1B}[K".utf8))
    }
  }

  func finish() {
    if isTerminal { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
  }

  /// The line: how much of all steps, at which speed, with which return, and how much longer.
  static func text(
    _ runs: [TrainingSession.Progress?], since start: ContinuousClock.Instant, columns: Int = 80
  ) -> String {
    let known = runs.compactMap(\.self)
    guard let one = known.first else { return "" }
    let done = known.reduce(0) { $0 + $1.step }
    let all = one.end * runs.count
    let share = Double(done) / Double(max(all, 1))
    let running = known.filter { $0.step < $0.end }
    let speed = running.reduce(0) { $0 + $1.stepsPerSecond }
    let filled = Int(share * 10)
    var text = String(repeating: "█", count: filled) + String(repeating: "░", count: 10 - filled)
    text += " \(NumberText.count(done)) of \(NumberText.count(all)) steps"
    text += ", \(NumberText.count(Int(speed)))/s"
    if speed > 0, done < all { text += ", \(time(Double(all - done) / speed)) left" }
    // Last, since it is what may be clipped.
    if runs.count == 1, let reward = one.reward { text += ", return \(NumberText.interval(reward))" }
    if runs.count > 1 {
      text += ", \(known.count { $0.step >= $0.end }) of \(runs.count) done"
    }
    return TextLayout.clipped(text, columns: columns - 1)
  }

  /// `7 s`, `3 min`, `2 h 5 min`.
  static func time(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e8 else { return "long" }
    if seconds < 100 {
      return seconds < 10 ? "\(NumberText.trimmed((seconds * 10).rounded() / 10)) s" : "\(Int(seconds)) s"
    }
    let minutes = Int((seconds / 60).rounded())
    return minutes < 100 ? "\(minutes) min" : "\(minutes / 60) h \(minutes % 60) min"
  }
}
