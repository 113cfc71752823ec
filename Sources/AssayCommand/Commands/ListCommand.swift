import ArgumentParser
import AssayDiagnostics
import AssayReports
import AssayScenarios
import Foundation

struct ListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List environments, agents, faults or diagnoses.",
    discussion: """
      EXAMPLE
        assay list faults
      """)

  private static let kinds = ["environments", "agents", "faults", "diagnoses"]

  @Argument(help: "What to list: \(Self.kinds.joined(separator: ", ")).")
  var kind: String

  @Flag(help: "Print JSON, schema assay.list/1.")
  var json = false

  private struct Listing: Encodable {
    struct Item: Encodable {
      var name: String
      var summary: String
    }

    var schema = "assay.list/1"
    var kind: String
    var items: [Item]
  }

  func run() async throws {
    try await reporting {
      let items: [Listing.Item] =
        switch kind {
        case "environments": Names.catalogue.environments.map { .init(name: $0.name, summary: $0.summary) }
        case "agents": Names.catalogue.agents.map { .init(name: $0.name, summary: $0.summary) }
        case "faults": Fault.allCases.map { .init(name: $0.rawValue, summary: $0.summary) }
        case "diagnoses": DiagnosisName.allCases.map { .init(name: $0.rawValue, summary: $0.summary) }
        default: throw UnknownName(kind: "list", name: kind, known: Self.kinds)
        }
      if json {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        var data = try encoder.encode(Listing(kind: kind, items: items))
        data.append(UInt8(ascii: "\n"))
        FileHandle.standardOutput.write(data)
        return
      }
      let width = items.map(\.name.count).max() ?? 0
      for item in items {
        for (index, line) in TextLayout.wrapped(item.summary, columns: 80 - width - 2).enumerated() {
          print(TextLayout.padded(index == 0 ? item.name : "", columns: width) + "  " + line)
        }
      }
    }
  }
}
