import AssayDiagnostics
import Foundation

extension AuditReport {
  /// The report as JSON, schema `assay.audit/1`: sorted keys, indented, with a newline at the end.
  ///
  /// The same report gives the same bytes, so two runs can be compared with `diff`.
  ///
  /// - Throws: `EncodingError` that names the field, where a number is not finite: JSON has no word for it.
  public func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    var data = try encoder.encode(self)
    data.append(UInt8(ascii: "\n"))
    return data
  }
}
