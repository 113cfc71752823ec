import Foundation
import Testing

/// The built `assay`, run as its users run it: in a process of its own.
struct Command {
  /// What became of a run.
  struct Outcome {
    /// The exit status, or the number of the signal that ended it.
    var status: Int32
    /// Whether a signal ended it.
    var wasKilled: Bool
    var output: String
    var error: String

    var lines: [String] { output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }
    var errorLines: [String] { error.split(separator: "\n").map(String.init) }

    /// Standard output, which must be JSON and nothing else.
    func json() throws -> [String: Any] {
      try #require(JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
    }
  }

  /// It ran for longer than it may, or was killed.
  struct TookTooLong: Error {
    var arguments: [String]
  }

  private let process = Process()
  private let folder: TemporaryFolder
  private let ending: AsyncStream<Void>

  /// Starts it with a folder of its own to stand in, or with a given one, and with a file to read, or with nothing.
  init(_ arguments: [String], in workplace: URL? = nil, input: URL? = nil) throws {
    folder = try TemporaryFolder()
    process.executableURL = try Self.executable()
    process.arguments = arguments
    process.currentDirectoryURL = workplace ?? folder.url
    // The help is as wide as the terminal; here it is as wide as where there is none.
    process.environment = ProcessInfo.processInfo.environment.filter { $0.key != "COLUMNS" }
    process.standardInput = try input.map { try FileHandle(forReadingFrom: $0) } ?? FileHandle.nullDevice
    process.standardOutput = try folder.handle("output")
    process.standardError = try folder.handle("error")
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
    ending = stream
    process.terminationHandler = { _ in continuation.finish() }
    // A signal that is ignored here, as in the background of a shell, would be ignored there too.
    let inherited = Foundation.signal(SIGINT, SIG_DFL)
    defer { _ = Foundation.signal(SIGINT, inherited) }
    try process.run()
  }

  /// What a user does with Ctrl-C.
  func interrupt() { process.interrupt() }

  /// Interrupts it as soon as something holds, or lets it end.
  func interrupt(once holds: @escaping @Sendable () -> Bool) { signal(SIGINT, once: holds) }

  /// Kills it as soon as something holds, or lets it end.
  func kill(once holds: @escaping @Sendable () -> Bool) { signal(SIGKILL, once: holds) }

  /// A thread of its own watches, from now on, and nobody waits for it: a task that waits may have to do so for minutes,
  /// until other tests leave it a thread to go on.
  private func signal(_ number: Int32, once holds: @escaping @Sendable () -> Bool) {
    let process = process
    Thread.detachNewThread {
      while process.isRunning && !holds() { usleep(1000) }
      if process.isRunning { _ = Foundation.kill(process.processIdentifier, number) }
    }
  }

  /// What nobody can prevent: `kill -9`.
  func kill() { _ = Foundation.kill(process.processIdentifier, SIGKILL) }

  var isRunning: Bool { process.isRunning }

  /// Waits until it ends.
  func outcome(within seconds: Double = 60) async throws -> Outcome {
    let process = process
    let patience = Task {
      try await Task.sleep(for: .seconds(seconds))
      Foundation.kill(process.processIdentifier, SIGKILL)
    }
    for await _ in ending {}
    patience.cancel()
    let wasKilled = process.terminationReason == .uncaughtSignal
    if wasKilled, process.terminationStatus == SIGKILL {
      throw TookTooLong(arguments: process.arguments ?? [])
    }
    return Outcome(
      status: process.terminationStatus, wasKilled: wasKilled, output: try folder.text(of: "output"),
      error: try folder.text(of: "error"))
  }

  /// Runs it to its end.
  private static func run(_ arguments: [String], in folder: URL?, within seconds: Double) async throws
    -> Outcome
  {
    await Turns.shared.take()
    defer { Task { await Turns.shared.giveBack() } }
    return try await Command(arguments, in: folder).outcome(within: seconds)
  }

  /// Runs it to its end.
  static func run(_ arguments: String..., in folder: URL? = nil, within seconds: Double = 60) async throws
    -> Outcome
  {
    try await run(arguments, in: folder, within: seconds)
  }

  /// Runs it to its end, with the arguments as one would type them.
  static func run(line: String, in folder: URL? = nil, within seconds: Double = 60) async throws -> Outcome {
    try await run(line.split(separator: " ").map(String.init), in: folder, within: seconds)
  }

  /// The executable stands in the build folder, in which this test bundle stands too.
  private static func executable() throws -> URL {
    var folder = Bundle.module.bundleURL
    while folder.path != "/" {
      folder.deleteLastPathComponent()
      let candidate = folder.appending(path: "assay", directoryHint: .notDirectory)
      var isDirectory: ObjCBool = false
      if FileManager.default.fileExists(atPath: candidate.path, isDirectory: &isDirectory),
        !isDirectory.boolValue,
        FileManager.default.isExecutableFile(atPath: candidate.path)
      {
        return candidate
      }
    }
    throw CocoaError(.fileNoSuchFile)
  }
}

/// Lets a few processes run at a time: all tests start at once, and a hundred processes would keep each other waiting.
private actor Turns {
  static let shared = Turns()

  private var free = max(2, ProcessInfo.processInfo.activeProcessorCount)
  private var waiting: [CheckedContinuation<Void, Never>] = []

  func take() async {
    if free > 0 {
      free -= 1
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
  }

  func giveBack() {
    if waiting.isEmpty {
      free += 1
    } else {
      waiting.removeFirst().resume()
    }
  }
}
