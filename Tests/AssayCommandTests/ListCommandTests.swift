import Foundation
import Testing

@Suite("assay list")
struct ListCommandTests {
  /// Each kind, and some of what it must hold.
  static let kinds = [
    ("environments", ["frozen-lake-4x4", "frozen-lake-8x8", "cliff-walking", "random-walk-5", "random-100"]),
    ("agents", ["dyna", "q-learning", "sarsa", "one-step-actor-critic", "ppo", "sac"]),
    ("faults", ["critic-frozen", "critic-wrong-discount", "model-shortcut", "wrong-reward"]),
    ("diagnoses", ["healthy", "inconclusive", "critic-error", "model-error"]),
  ]

  private struct Listing: Decodable {
    struct Item: Decodable {
      var name: String
      var summary: String
      var group: String?
      var world: World?
      var variables: [Variable]?
      var goals: [String]?
    }

    struct World: Decodable {
      var group: String
      var source: String
      var observations: String
      var actions: String
      var smallestReward: Double?
      var largestReward: Double?
      var timeLimit: Int?
      var isEnumerable: Bool
      var states: Int?
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
    #expect(listing.schema == "assay.list/2")
    #expect(listing.kind == kind)
    let names = listing.items.map(\.name)
    #expect(Set(names).isSuperset(of: some))
    // An idea may be there twice: with tables and with networks.
    #expect(Set(listing.items.map { "\($0.name) \($0.group ?? "")" }).count == names.count)
    // A line that does not begin with a space begins with a name, or with the mark of a group.
    let heads = text.lines.filter { ![" ", "#", nil].contains($0.first) }
    #expect(heads.compactMap { $0.split(separator: " ").first.map(String.init) } == names)
    let words = text.output.split { $0.isWhitespace }.joined(separator: " ")
    for item in listing.items {
      let start = item.name + " " + item.summary.split(separator: " ").joined(separator: " ")
      #expect(words.contains(start), "\(item.name)")
    }
  }

  @Test("environments are listed with their spaces, rewards and sources, group by group")
  func environmentFacts() async throws {
    let text = try await Command.run("list", "environments")
    let json = try await Command.run("list", "environments", "--json")
    let items = try JSONDecoder().decode(Listing.self, from: Data(json.output.utf8)).items
    let worlds = items.compactMap(\.world)
    #expect(worlds.count == items.count)
    // Each group stands together, under its name.
    var groups: [String] = []
    for world in worlds where world.group != groups.last { groups.append(world.group) }
    #expect(Set(groups).count == groups.count)
    #expect(text.lines.filter { $0.hasPrefix("# ") } == groups.map { "# " + $0 })
    let lake = try #require(items.first { $0.name == "frozen-lake-8x8" }?.world)
    #expect(lake.isEnumerable && lake.states == 64)
    #expect(lake.smallestReward == 0 && lake.largestReward == 1)
    #expect(lake.actions == "a whole number from 0 to 3" && lake.source == "Gymnasium")
    let words = text.output.split { $0.isWhitespace }.joined(separator: " ")
    #expect(words.contains("64 states, 4 actions, reward 0…1, enumerable, Gymnasium"))
    let noisy = try #require(items.first { $0.name == "maximisation-bias" }?.world)
    #expect(noisy.smallestReward == nil && noisy.largestReward == nil)
  }

  @Test("one environment or agent is listed with all that can be set in it")
  func one() async throws {
    for (kind, name) in [("environments", "coin-corridor"), ("agents", "dyna")] {
      let text = try await Command.run("list", kind, name)
      let json = try await Command.run("list", kind, name, "--json")
      #expect(text.status == 0 && json.status == 0)
      let items = try JSONDecoder().decode(Listing.self, from: Data(json.output.utf8)).items
      #expect(items.map(\.name) == [name])
      #expect(text.lines.filter { $0.count > 80 || $0.hasSuffix(" ") } == [])
      let words = text.output.split { $0.isWhitespace }.joined(separator: " ")
      let variables = try #require(items.first?.variables)
      #expect(!variables.isEmpty)
      for variable in variables {
        #expect(
          words.contains(
            "\(variable.name): \(variable.standard) — \(variable.summary); \(variable.allowed)"
              + (variable.isChangeable ? "; can be changed" : "")))
      }
      for goal in items.first?.goals ?? [] { #expect(words.contains(goal)) }
    }
    let unknown = try await Command.run("list", "environments", "coin-corridr")
    #expect(unknown.status == 64)
    #expect(unknown.error.contains("did you mean 'coin-corridor'?"))
    let needless = try await Command.run("list", "faults", "critic-frozen")
    #expect(needless.status == 64)
  }

  @Test("every fault can be expected as a diagnosis")
  func faultsAreDiagnoses() async throws {
    func names(_ kind: String) async throws -> Set<String> {
      let text = try await Command.run("list", kind, "--json").output
      return Set(try JSONDecoder().decode(Listing.self, from: Data(text.utf8)).items.map(\.name))
    }
    #expect(try await names("faults").isSubset(of: names("diagnoses")))
  }

  @Test("every environment that lists its states can be solved, and no other")
  func environments() async throws {
    let text = try await Command.run("list", "environments", "--json").output
    for item in try JSONDecoder().decode(Listing.self, from: Data(text.utf8)).items {
      let answer = try await Command.run("solve", item.name)
      guard item.world?.isEnumerable == true else {
        #expect(answer.status == 65, "\(item.name)")
        #expect(answer.errorLines.count == 1, "\(item.name): \(answer.error)")
        continue
      }
      #expect(answer.status == 0, "\(item.name): \(answer.error)")
      #expect(answer.lines.filter { $0.count > 80 } == [], "\(item.name)")
    }
  }
}
