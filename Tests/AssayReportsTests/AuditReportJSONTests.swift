import AssayDiagnostics
import AssayReports
import Foundation
import Testing

@Suite struct AuditReportJSONTests {
  @Test func `a report comes back from its JSON as it was`() throws {
    let report = try Fixture.report()
    #expect(try JSONDecoder().decode(AuditReport.self, from: report.json()) == report)
  }

  @Test func `the bytes are those of the file, and the same each time`() throws {
    // The file is written by json() itself; where the form changes on purpose, record it anew with ASSAY_RECORD=1.
    if ProcessInfo.processInfo.environment["ASSAY_RECORD"] != nil {
      let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Resources/report.json")
      try Fixture.report().json().write(to: file)
    }
    let bytes = try Fixture.report().json()
    #expect(bytes == (try Fixture.data()))
    #expect(bytes == (try JSONDecoder().decode(AuditReport.self, from: bytes).json()))
  }

  @Test func `keys are sorted, slashes stand for themselves, and a newline ends the file`() throws {
    let report = try Fixture.report { $0.subject.environment = "a/b" }
    let text = String(decoding: try report.json(), as: UTF8.self)
    #expect(text.hasPrefix("{\n  \"actor\" : {\n    \"agreement\" : {"))
    #expect(text.contains("\"environment\" : \"a/b\""))
    #expect(text.hasSuffix("}\n") && !text.hasSuffix("\n\n"))
    #expect(text.contains("\"schema\" : \"assay.audit/1\""))
  }

  @Test func `a number that is not finite is refused with the name of its field`() throws {
    let report = try Fixture.report { $0.critic?.rmse.estimate = .nan }
    let error = #expect(throws: EncodingError.self) { try report.json() }
    guard case .invalidValue(_, let context) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(context.codingPath.map(\.stringValue) == ["critic", "rmse", "estimate"])
  }
}
