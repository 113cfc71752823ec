import Assay
import AssayDiagnostics
import AssayReports
import AssayScenarios
import Foundation

/// Audits of runs that were trained before, from restarts of copied worlds.
extension AuditCommand {
  /// Whether a path is a folder: of a run, or of several.
  static func isFolder(_ path: String) -> Bool {
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
  }

  /// Audits the runs of a folder, which must all be of one agent in one world.
  func auditRuns() async throws {
    guard agent == nil, fault.isEmpty else {
      throw Failure(
        status: ExitStatus.usage,
        message: "--agent and --fault go with an environment, and \(environment) is the folder of a run; "
          + "allowed: neither")
    }
    let expected = try expect.map(Self.diagnosis)
    try checkFiles()
    let folders = try Runs.open(environment)
    let first = folders[0].description
    for folder in folders.dropFirst()
    where folder.description.agent != first.agent || folder.description.environment != first.environment {
      throw DataError(
        source: folder.url.relativePath, field: "agent", value: folder.description.title,
        allowed: "the agent and the world of the run beside it, \(first.title)")
    }
    var settings = RunAuditSettings()
    settings.jobs = ProcessInfo.processInfo.activeProcessorCount
    let progress = ProgressLine("auditing \(counted(folders.count, "run"))", total: folders.count)
    var records: [RunRecord] = []
    for folder in folders {
      records.append(try await folder.audit(try Runs.load(folder, at: nil), settings: settings))
      progress.advance(by: 1)
    }
    progress.finish()
    let audit = RunAudit(
      of: records, agent: first.agent, environment: first.environment, settings: settings)
    try write(audit)
    if let expected, audit.diagnosis.name != expected {
      throw Failure(
        status: ExitStatus.expectationFailed,
        message: "expected the diagnosis \(expected), but it is \(audit.diagnosis.name)")
    }
  }

  private func write(_ audit: RunAudit) throws {
    // Encoded first: what cannot be is no reason to lose the report of before.
    let encoded = try json.map { _ in try audit.json() }
    if let report { try Files.write(Data(RunAuditPage(audit).html.utf8), to: report, flag: "--report") }
    if let json, let encoded {
      if json == "-" {
        FileHandle.standardOutput.write(encoded)
        return
      }
      try Files.write(encoded, to: json, flag: "--json")
    }
    print(RunAuditText(audit, width: 80, usesColour: Terminal.usesColour).text, terminator: "")
    let written = [report, json].compactMap(\.self)
    if !written.isEmpty { print("\nWritten: \(written.joined(separator: ", "))") }
  }
}
