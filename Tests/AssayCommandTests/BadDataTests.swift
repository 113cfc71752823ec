import Testing

@Suite("Files that hold no process")
struct BadDataTests {
  /// What is wrong with a file, its text, and what is said of it.
  static let mistakes: [(name: String, text: String, message: String)] = [
    (
      "a row that does not sum to 1", Processes.text(["probability": "[0.5, 0.4, 1]"]),
      "transitions.probability of state 0, action 0 is 0.9 in sum; allowed: probabilities that sum to 1 within 1e-9"
    ),
    (
      "a negative probability", Processes.text(["probability": "[1.5, -0.5, 1]"]),
      "transitions.probability[0] is 1.5; allowed: a finite number from 0 to 1"
    ),
    (
      "a state out of range", Processes.text(["state": "[0, 0, 2]"]),
      "transitions.state[2] is 2; allowed: an integer from 0 to 1"
    ),
    (
      "a next state out of range", Processes.text(["next": "[0, -1, 1]"]),
      "transitions.next[1] is -1; allowed: an integer from 0 to 1"
    ),
    (
      "an action out of range", Processes.text(["action": "[0, 1, 0]"]),
      "transitions.action[1] is 1; allowed: an integer from 0 to 0"
    ),
    (
      "a fraction for an index", Processes.text(["next": "[0, 1.5, 1]"]),
      "transitions.next[1] is 1.5; allowed: an integer"
    ),
    (
      "NaN for a reward", Processes.text(["reward": "[0, NaN, 0]"]),
      "transitions.reward[1] is NaN; allowed: a finite number"
    ),
    (
      "Infinity for a reward", Processes.text(["reward": "[0, 1, -Infinity]"]),
      "transitions.reward[2] is -Infinity; allowed: a finite number"
    ),
    (
      "NaN for a probability", Processes.text(["probability": "[NaN, 0.5, 1]"]),
      "transitions.probability[0] is NaN; allowed: a finite number from 0 to 1"
    ),
    (
      "a word for a number", Processes.text(["reward": "[0, \"one\", 0]"]),
      "transitions.reward[1] is \"one\"; allowed: a finite number"
    ),
    (
      "a missing column", Processes.text(["reward": nil]),
      "transitions.reward is missing; allowed: the columns of assay.mdp/1"
    ),
    (
      "a short column", Processes.text(["next": "[0, 1]"]),
      "transitions.next is 2 entries long; allowed: 3 entries"
    ),
    (
      "a discount above 1", Processes.text(["discount": "1.5"]),
      "discount is 1.5; allowed: a number from 0 to 1"
    ),
    (
      "starts that do not sum to 1", Processes.text(["initial": "[0.5, 0.4]"]),
      "initial is 0.9 in sum; allowed: probabilities that sum to 1 within 1e-9"
    ),
    (
      "another schema", Processes.text(["schema": "\"assay.mdp/2\""]),
      "schema is \"assay.mdp/2\"; allowed: \"assay.mdp/1\""
    ),
    (
      "discount 1 without an end", Processes.text(["discount": "1", "terminal": "[false, false, false]"]),
      "discount is 1 and state 0 never reaches a terminal row; allowed: a discount below 1, or a terminal row within "
        + "reach of every state"
    ),
    (
      "half a file", String(Processes.text().prefix(100)),
      "the file is not complete, valid JSON; allowed: one JSON object"
    ),
    ("no text", "", "the file is not complete, valid JSON; allowed: one JSON object"),
    ("a list", "[1, 2]", "the file is a list; allowed: an object"),
  ]

  @Test("one line names file, field, row and value, and the status is 65", arguments: mistakes)
  func mistake(name: String, text: String, message: String) async throws {
    let folder = try TemporaryFolder()
    try folder.write(text, to: "bad.json")
    for line in ["solve bad.json", "audit bad.json --agent dyna --steps 500 --seeds 1"] {
      let answer = try await Command.run(line: line, in: folder.url)
      #expect(answer.status == 65, "\(name), assay \(line)")
      #expect(answer.output == "", "\(name), assay \(line)")
      #expect(answer.error == "Error: bad.json: \(message)\n", "\(name), assay \(line)")
    }
  }

  @Test("the file that all these are made from is right")
  func valid() async throws {
    let folder = try TemporaryFolder()
    try folder.write(Processes.text(), to: "good.json")
    for line in ["solve good.json", "audit good.json --agent dyna --steps 500 --seeds 1"] {
      let answer = try await Command.run(line: line, in: folder.url)
      #expect(answer.status == 0, "\(answer.error)")
      #expect(answer.error == "")
    }
  }

  @Test(
    "a file that is not there, or is a folder, ends with status 66",
    arguments: [
      ("solve none.json", "none.json: there is no such file"),
      ("audit none.json --agent dyna", "none.json: there is no such file"),
      ("matrix --environments none.json", "none.json: there is no such file"),
      ("solve frozen-lake-4x4 --policy none.json", "none.json: there is no such file"),
      ("solve ./", "./: is a folder"),
    ])
  func missing(line: String, message: String) async throws {
    let answer = try await Command.run(line: line)
    #expect(answer.status == 66)
    #expect(answer.output == "")
    #expect(answer.error == "Error: \(message)\n")
  }
}
