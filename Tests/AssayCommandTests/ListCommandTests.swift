import Foundation
import Testing

@Suite("assay list")
struct ListCommandTests {
  /// Each kind, and some of what it must hold.
  static let kinds = [
    ("environments", ["frozen-lake-4x4", "frozen-lake-8x8", "cliff-walking", "random-walk-5", "random-100"]),
    ("agents", ["dyna", "q-learning", "sarsa", "one-step-actor-critic"]),
    ("faults", ["critic-frozen", "critic-wrong-discount", "model-shortcut", "wrong-reward"]),
    ("diagnoses", ["healthy", "inconclusive", "critic-error", "model-error"]),
  ]

  private struct Listing: Decodable {
    struct Item: Decodable {
      var name: String
      var summary: String
      var variables: [Variable]?
      var goals: [String]?
    }

    struct Variable: Decodable {
      var name: String
      var summary: String
      var allowed: String
      var standard: String
      var isChangeable: Bool
    }

    var schema: String
    var kind: String
    var items: [Item]
  }

  @Test("a list names everything, in lines of at most 80 columns and as JSON alike", arguments: kinds)
  func listing(kind: String, some: [String]) async throws {
    let text = try await Command.run("list", kind)
    let json = try await Command.run("list", kind, "--json")
    #expect(text.status == 0 && json.status == 0)
    #expect(text.error == "" && json.error == "")
    #expect(text.lines.filter { $0.count > 80 } == [])
    #expect(text.lines.filter { $0.hasSuffix(" ") } == [])
    let listing = try JSONDecoder().decode(Listing.self, from: Data(json.output.utf8))
    #expect(listing.schema == "assay.list/1")
    #expect(listing.kind == kind)
    let names = listing.items.map(\.name)
    #expect(Set(names).isSuperset(of: some))
    #expect(Set(names).count == names.count)
    // A line that does not begin with a space begins with a name.
    #expect(
      text.lines.compactMap { $0.first == " " ? nil : $0.split(separator: " ").first.map(String.init) }
        == names)
    let words = text.output.split { $0.isWhitespace }
    let expected = listing.items.flatMap { item -> [String] in
      let variables = (item.variables ?? []).map { variable in
        "\(variable.name): \(variable.standard) — \(variable.summary); \(variable.allowed)"
          + (variable.isChangeable ? "; can be changed" : "")
      }
      let goals = (item.goals ?? []).isEmpty ? [] : ["goals: " + (item.goals ?? []).joined(separator: ", ")]
      return ([item.name, item.summary] + variables + goals)
        .flatMap { $0.split(separator: " ").map(String.init) }
    }
    #expect(words.map(String.init) == expected)
  }

  @Test("every fault can be expected as a diagnosis")
  func faultsAreDiagnoses() async throws {
    func names(_ kind: String) async throws -> Set<String> {
      let text = try await Command.run("list", kind, "--json").output
      return Set(try JSONDecoder().decode(Listing.self, from: Data(text.utf8)).items.map(\.name))
    }
    #expect(try await names("faults").isSubset(of: names("diagnoses")))
  }

  @Test("every environment of the list can be solved")
  func environments() async throws {
    let text = try await Command.run("list", "environments", "--json").output
    for item in try JSONDecoder().decode(Listing.self, from: Data(text.utf8)).items {
      let answer = try await Command.run("solve", item.name)
      #expect(answer.status == 0, "\(item.name): \(answer.error)")
      #expect(answer.lines.filter { $0.count > 80 } == [], "\(item.name)")
    }
  }
}
