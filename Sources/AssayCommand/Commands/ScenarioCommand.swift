import ArgumentParser
import Assay
import AssayReports
import AssayScenarios
import Foundation

struct ScenarioCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scenario",
    abstract: "List, show or run the scenarios that come with Assay.",
    usage: "assay scenario list | show <name> | run <name> [<options>]",
    discussion: """
      EXAMPLES
        assay scenario list
        assay scenario show coin-moves > mine.yaml
        assay scenario run coin-moves --report coin.html
      """)

  private static let actions = ["list", "show", "run"]

  @Argument(help: "What to do: \(Self.actions.joined(separator: ", ")).")
  var action: String

  @Argument(help: "The scenario (see 'assay scenario list').")
  var name: String?

  @OptionGroup var options: TestOptions

  private struct Listing: Encodable {
    struct Item: Encodable {
      var name: String
      var summary: String
      var scenarios: [String]
      var tags: [String]
    }

    var schema = "assay.list/1"
    var kind = "scenarios"
    var items: [Item]
  }

  func run() async throws {
    try await reporting {
      try options.check()
      switch action {
      case "list": try list()
      case "show": FileHandle.standardOutput.write(try file().data)
      case "run":
        let file = try file()
        try await TestRun(options: options, sources: [.init(name: file.title, data: file.data)]).run()
      default: throw UnknownName(kind: "action", name: action, known: Self.actions)
      }
    }
  }

  private func file() throws -> ShippedScenarios.File {
    guard let name else {
      throw Failure(
        status: ExitStatus.usage,
        message: "the name is missing; allowed: \(ShippedScenarios.files.map(\.name).joined(separator: ", "))"
      )
    }
    return try ShippedScenarios.file(named: name)
  }

  private func list() throws {
    if let name {
      throw Failure(
        status: ExitStatus.usage, message: "'\(name)' is one too many; allowed: assay scenario list")
    }
    let items = try ShippedScenarios.files.map { file in
      let scenarios = try Names.catalogue.plans(yaml: file.data, from: file.title).map(\.scenario)
      return Listing.Item(
        name: file.name, summary: scenarios.first?.claim ?? "", scenarios: scenarios.map(\.name),
        tags: Set(scenarios.flatMap(\.tags)).sorted())
    }
    if let json = options.json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      var data = try encoder.encode(Listing(items: items))
      data.append(UInt8(ascii: "\n"))
      if json == "-" {
        FileHandle.standardOutput.write(data)
      } else {
        try Files.write(data, to: json, flag: "--json")
      }
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
