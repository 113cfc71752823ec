import ArgumentParser
import Dispatch
import Foundation
import Synchronization

/// Notes that somebody wants the command to end, so that it can first keep what there is to keep.
///
/// Whoever asks twice is not made to wait.
final class Interruption: Sendable {
  private let signal = Mutex<Int32>(0)
  // Held, so that they go on listening; written only by the initialiser.
  nonisolated(unsafe) private var sources: [any DispatchSourceSignal] = []

  init() {
    for number in [SIGINT, SIGTERM, SIGHUP] {
      // What is ignored still reaches the source.
      let before = Foundation.signal(number, SIG_IGN)
      // Whoever started the command may have wanted it to go on.
      if unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) { continue }
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { [self] in
        let isFirst = signal.withLock { noted in
          defer { noted = number }
          return noted == 0
        }
        guard !isFirst else { return }
        Foundation.signal(number, SIG_DFL)
        kill(getpid(), number)
      }
      source.resume()
      sources.append(source)
    }
  }

  /// Whether somebody asked.
  var isWanted: Bool { signal.withLock { $0 != 0 } }

  /// How the command then ends, as shells know it.
  var status: ExitCode { ExitCode(128 + signal.withLock { $0 }) }
}
