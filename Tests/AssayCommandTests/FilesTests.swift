import Foundation
import Testing

@Suite("Files that are written")
struct FilesTests {
  /// So long a training that a test which waits for its end fails.
  private static let long = "--steps 1000000000 --seeds 1"

  @Test(
    "a report that cannot be written is refused before the training, with status 73",
    arguments: [
      ("--report none/report.html", "--report none/report.html: there is no folder "),
      ("--json none/report.json", "--json none/report.json: there is no folder "),
      ("--report folder", "--report folder: is a folder"),
      ("--json folder", "--json folder: is a folder"),
      ("--report file/report.html", "--report file/report.html: there is no folder "),
    ])
  func unwritable(flags: String, message: String) async throws {
    let folder = try TemporaryFolder()
    try folder.write("old", to: "file")
    try FileManager.default.createDirectory(at: folder.file("folder"), withIntermediateDirectories: false)
    let answer = try await Command.run(
      line: "audit frozen-lake-4x4 --agent dyna \(Self.long) \(flags)", in: folder.url, within: 30)
    #expect(answer.status == 73)
    #expect(answer.output == "")
    #expect(answer.error.hasPrefix("Error: \(message)"))
    #expect(answer.errorLines.count == 1)
    #expect(try folder.names() == ["file", "folder"])
    #expect(try folder.text(of: "file") == "old")
  }

  @Test("two reports for one file, or for one without a name, are refused before the training")
  func confused() async throws {
    let line = "audit frozen-lake-4x4 --agent dyna \(Self.long)"
    let same = try await Command.run(line: line + " --report a --json a", within: 30)
    #expect(same.status == 64)
    #expect(same.error == "Error: --report and --json are both a; allowed: two files\n")
    let empty = try await Command.run(line: line + " --report=", within: 30)
    #expect(empty.status == 64)
    #expect(empty.error.hasPrefix("Error: "))
  }

  @Test("reports are written whole, and nothing beside them")
  func written() async throws {
    let folder = try TemporaryFolder()
    try folder.write("old", to: "report.html")
    let line =
      "audit frozen-lake-4x4 --agent q-learning --steps 1000 --seeds 2 --report report.html --json report.json"
    let answer = try await Command.run(line: line, in: folder.url)
    #expect(answer.status == 0)
    #expect(answer.error == "")
    #expect(try folder.names() == ["report.html", "report.json"])
    #expect(try folder.text(of: "report.html").hasSuffix("</html>\n"))
    #expect(answer.output.hasSuffix("\nWritten: report.html, report.json\n"))
    let printed = try await Command.run(
      line: "audit frozen-lake-4x4 --agent q-learning --steps 1000 --seeds 2 --json -")
    #expect(try folder.text(of: "report.json") == printed.output)
  }

  @Test("an old report is kept when the run fails")
  func kept() async throws {
    let folder = try TemporaryFolder()
    try folder.write("old", to: "report.html")
    // The square of an error of that size is no finite number, and JSON has no others.
    try folder.write(Processes.text(["reward": "[0, 1e300, 0]"]), to: "steep.json")
    let line =
      "audit steep.json --agent q-learning --steps 1000 --seeds 1 --report report.html --json report.json"
    let answer = try await Command.run(line: line, in: folder.url)
    #expect(answer.status == 70)
    #expect(answer.output == "")
    #expect(answer.error == "Error: critic.rmse.estimate came out as inf\n")
    #expect(try folder.names() == ["report.html", "steep.json"])
    #expect(try folder.text(of: "report.html") == "old")
  }

  @Test("a reward beyond what an agent's numbers can hold is a diagnosis, and no failure of the audit")
  func beyond() async throws {
    let folder = try TemporaryFolder()
    try folder.write(Processes.text(["reward": "[0, 1e100, 0]"]), to: "steep.json")
    let line =
      "audit steep.json --agent q-learning --steps 1000 --seeds 2 --expect non-finite --json report.json"
    let answer = try await Command.run(line: line, in: folder.url)
    #expect(answer.status == 0 && answer.error == "")
    #expect(answer.output.contains("\nDiagnosis: non-finite\n"))
    #expect(!answer.output.contains(#/(?i)\b(nan|inf|infinity)\b/#))
    let report = try folder.text(of: "report.json")
    #expect(
      report.contains(
        "\"stoppedBy\" : \"critic learner wrote a number that is not finite to critic.values[0] at step "))
  }

  @Test("Ctrl-C during training leaves the old report, and no half-written file")
  func interrupted() async throws {
    let folder = try TemporaryFolder()
    try folder.write("old", to: "report.html")
    let line = "audit frozen-lake-4x4 --agent dyna \(Self.long) --report report.html --json report.json"
    let command = try Command(line.split(separator: " ").map(String.init), in: folder.url)
    try await Task.sleep(for: .seconds(1))
    #expect(command.isRunning)
    command.interrupt()
    let end = try await command.outcome(within: 30)
    #expect(end.wasKilled)
    #expect(end.status == SIGINT)
    #expect(try folder.names() == ["report.html"])
    #expect(try folder.text(of: "report.html") == "old")
  }

  @Test("a device is written into, and not replaced by a file")
  func device() async throws {
    let folder = try TemporaryFolder()
    let line = "audit frozen-lake-4x4 --agent q-learning --steps 1000 --seeds 1"
    let pipe = folder.file("pipe").path
    #expect(mkfifo(pipe, 0o600) == 0)
    // Open for reading too, so that neither side waits for the other.
    let descriptor = open(pipe, O_RDWR | O_NONBLOCK)
    defer { close(descriptor) }
    let answer = try await Command.run(line: line + " --json pipe", in: folder.url)
    #expect(answer.status == 0)
    var status = stat()
    #expect(lstat(pipe, &status) == 0)
    #expect(status.st_mode & S_IFMT == S_IFIFO)
    var bytes = [UInt8](repeating: 0, count: 1)
    #expect(read(descriptor, &bytes, 1) == 1)
    #expect(bytes == [UInt8(ascii: "{")])
  }

  @Test("a report written through a link changes what the link leads to, and the link stays")
  func link() async throws {
    let folder = try TemporaryFolder()
    try folder.write("old", to: "real.json")
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("link.json").path, withDestinationPath: "real.json")
    let line = "audit frozen-lake-4x4 --agent q-learning --steps 1000 --seeds 1 --json link.json"
    #expect(try await Command.run(line: line, in: folder.url).status == 0)
    let target = try FileManager.default.destinationOfSymbolicLink(atPath: folder.file("link.json").path)
    #expect(target == "real.json")
    #expect(try folder.text(of: "real.json").hasPrefix("{"))
  }
}
