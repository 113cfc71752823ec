import Testing

@Suite("Names that nobody has")
struct UnknownNameTests {
  /// A line, the wrong word in it, the right one, and what kind of name it is.
  static let typos = [
    ("audit frozen-lake-44 --agent dyna", "frozen-lake-44", "frozen-lake-4x4", "environment"),
    ("audit clif-walking --agent dyna", "clif-walking", "cliff-walking", "environment"),
    ("audit cliff --agent dyna", "cliff", "cliff-walking", "environment"),
    ("audit FROZEN-LAKE-8X9 --agent dyna", "FROZEN-LAKE-8X9", "frozen-lake-8x8", "environment"),
    ("solve randmo-20", "randmo-20", "random-20", "environment"),
    ("audit frozen-lake-4x4 --agent dnya", "dnya", "dyna", "agent"),
    ("audit frozen-lake-4x4 --agent qlearning", "qlearning", "q-learning", "agent"),
    ("matrix --agents srasa", "srasa", "sarsa", "agent"),
    ("matrix --strengths stong", "stong", "strong", "strength"),
    (
      "audit frozen-lake-4x4 --agent dyna --fault critic-frozen:waek", "waek", "weak", "strength"
    ),
    ("matrix --environments frozen-lake-4x4 random-2O", "random-2O", "random-20", "environment"),
    ("matrix --faults critic-forzen", "critic-forzen", "critic-frozen", "fault"),
    (
      "audit frozen-lake-4x4 --agent dyna --fault critic-wrong-discuont", "critic-wrong-discuont",
      "critic-wrong-discount", "fault"
    ),
    ("audit frozen-lake-4x4 --agent dyna --expect helthy", "helthy", "healthy", "diagnosis"),
    ("list enviroments", "enviroments", "environments", "list"),
    ("list diagnosis", "diagnosis", "diagnoses", "list"),
    ("solve frozen-lake-4x4 --reward rewrad", "rewrad", "reward", "reward"),
    ("solve frozen-lake-4x4 --policy unifrom", "unifrom", "uniform", "policy"),
    ("adit frozen-lake-4x4", "adit", "audit", "command"),
    ("help slove", "slove", "solve", "command"),
  ]

  @Test("a mistyped name is answered with the one that was meant", arguments: typos)
  func suggestion(line: String, wrong: String, right: String, kind: String) async throws {
    let answer = try await Command.run(line: line)
    #expect(answer.status == 64)
    #expect(answer.output == "")
    #expect(answer.errorLines.first == "Error: no \(kind) is called '\(wrong)'; did you mean '\(right)'?")
    let known = answer.errorLines.dropFirst().joined(separator: " ")
    #expect(known.hasPrefix("Known: "))
    #expect(known.contains(right))
    #expect(answer.errorLines.dropFirst().filter { $0.count > 80 } == [])
  }

  @Test(
    "a world is found however its words are joined, and by Gymnasium's name",
    arguments: [
      ("cliffwalking", "cliff-walking"), ("FROZEN-LAKE-8X8", "frozen-lake-8x8"), ("CartPole-v1", "cart-pole"),
    ])
  func forgiven(typed: String, name: String) async throws {
    let answer = try await Command.run("list", "environments", typed)
    #expect(answer.status == 0 && answer.output.hasPrefix("\(name): "))
  }

  @Test("a name that is like no other is answered with the list alone")
  func withoutSuggestion() async throws {
    let answer = try await Command.run(line: "list bananas")
    #expect(answer.status == 64)
    #expect(
      answer.error == "Error: no list is called 'bananas'\nKnown: environments, agents, faults, diagnoses\n")
  }

  @Test(
    "a mistyped flag is answered with the one that was meant, even where another is missing",
    arguments: [
      ("audit frozen-lake-4x4 --agnt dyna", "--agnt", "--agent"),
      ("audit frozen-lake-4x4 --agent dyna --sede 1", "--sede", "--seed"),
      ("solve frozen-lake-4x4 --jsn", "--jsn", "--json"),
      ("matrix --enviroments random-20", "--enviroments", "--environments"),
      ("list faults --jason", "--jason", "--json"),
    ])
  func flag(line: String, wrong: String, right: String) async throws {
    let answer = try await Command.run(line: line)
    #expect(answer.status == 64)
    #expect(answer.errorLines.first == "Error: Unknown option '\(wrong)'. Did you mean '\(right)'?")
    #expect(answer.errorLines.filter { $0.count > 80 } == [])
  }
}
