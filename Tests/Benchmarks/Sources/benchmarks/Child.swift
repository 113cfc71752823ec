import Foundation

/// Other processes, which print one line of JSON.
enum Child {
  /// Variables that tune libraries of linear algebra and threads. What suits one machine or program must not slow a
  /// peer, so none gets them, but for those that a measurement itself asks for.
  private static let tuningPrefixes = ["OPENBLAS_", "GOTO_", "OMP_", "MKL_", "NUMBA_", "BLIS_", "XLA_"]

  /// The benchmarks themselves.
  static var itself: URL { Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0]) }

  /// A script that measures a peer.
  static func script(_ name: String) -> URL {
    URL(fileURLWithPath: #filePath).appendingPathComponent("../../../peers/\(name)").standardized
  }

  /// What a program prints; `nil` where it fails or takes longer than the limit.
  static func measurement<Answer: Decodable>(
    _ program: URL, _ arguments: [String], environment: [String: String] = [:], limit: Duration,
    as kind: Answer.Type = Answer.self
  ) throws -> Answer? {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.filter { variable in
      !tuningPrefixes.contains { variable.key.hasPrefix($0) }
    }.merging(environment) { $1 }
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let watchdog = DispatchWorkItem { process.terminate() }
    DispatchQueue.global().asyncAfter(deadline: .now() + limit / .seconds(1), execute: watchdog)
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    watchdog.cancel()
    guard process.terminationStatus == 0, process.terminationReason == .exit else { return nil }
    return try JSONDecoder().decode(kind, from: data)
  }
}
