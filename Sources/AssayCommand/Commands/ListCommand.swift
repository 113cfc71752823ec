import ArgumentParser
import Assay
import AssayDiagnostics
import AssayReports
import AssayScenarios
import Foundation

struct ListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List environments, agents, faults or diagnoses.",
    discussion: """
      Below an environment or an agent stands what can be set in it, with what it is when \
      nobody sets it, and below an environment the goals it knows.

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
      /// What can be set, for environments and agents.
      var variables: [Setting]?
      /// What agents in this world might be after, for environments.
      var goals: [String]?
    }

    struct Setting: Encodable {
      var name: String
      var summary: String
      var allowed: String
      var standard: String
      /// Whether it can be changed under an agent.
      var isChangeable: Bool

      init(_ variable: Variable) {
        name = variable.name
        summary = variable.summary
        allowed = variable.allowed
        standard = variable.standard.description
        isChangeable = variable.isChangeable
      }

      /// The same for people.
      var text: String {
        "\(name): \(standard) — \(summary); \(allowed)" + (isChangeable ? "; can be changed" : "")
      }
    }

    var schema = "assay.list/1"
    var kind: String
    var items: [Item]
  }

  func run() async throws {
    try await reporting {
      let items: [Listing.Item] =
        switch kind {
        case "environments":
          try Names.catalogue.environments.map {
            .init(
              name: $0.name, summary: $0.summary, variables: $0.variables.map(Listing.Setting.init),
              goals: (try $0.make([:]) as? any EnumerableEnvironment)?.goals.map(\.name)
                .filter { $0 != GoalHypothesis.untampered })
          }
        case "agents":
          Names.catalogue.agents.map {
            .init(name: $0.name, summary: $0.summary, variables: $0.variables.map(Listing.Setting.init))
          }
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
        let goals = (item.goals ?? []).isEmpty ? [] : ["goals: " + (item.goals ?? []).joined(separator: ", ")]
        for more in (item.variables ?? []).map(\.text) + goals {
          for (index, line) in TextLayout.wrapped(more, columns: 74).enumerated() {
            print((index == 0 ? "    " : "      ") + line)
          }
        }
      }
    }
  }
}
