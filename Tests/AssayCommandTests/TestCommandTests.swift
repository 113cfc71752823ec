import Foundation
import Testing

@Suite("assay test and assay scenario")
struct TestCommandTests {
  private static func scenario(limit: String, name: String = "quick", tags: String = "[fast]") -> String {
    """
    scenario: \(name)
    claim: Something.
    tags: \(tags)
    environment: frozen-lake-4x4
    agent: q-learning
    seeds: 2
    script: [{train: 100}]
    expect: [{return: {atLeast: \(limit)}}, {return: {atMost: 1M}}]
    """
  }

  @Test("what comes true ends with 0, what does not with 1, in TAP, JUnit, JSON and HTML")
  func results() async throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.scenario(limit: "-1M"), to: "good.yaml")
    try folder.write(Self.scenario(limit: "1k", name: "bad"), to: "bad.yaml")
    let good = try await Command.run(line: "test good.yaml", in: folder.url)
    #expect(good.status == 0 && good.error == "")
    #expect(good.lines.prefix(2) == ["TAP version 14", "1..2"])
    let both = try await Command.run(
      line: "test good.yaml bad.yaml --seeds 3 --jobs 1 --junit r.xml --json r.json --report r.html",
      in: folder.url)
    #expect(both.status == 1)
    #expect(both.errorLines == ["Error: 1 of 4 expectations did not come true"])
    #expect(both.lines.filter { $0.hasPrefix("ok ") }.count == 3)
    #expect(
      both.lines.filter { $0.hasPrefix("not ok 3 - bad / main / end: return at least 1000") }.count == 1)
    #expect(try folder.text(of: "r.xml").contains("failures=\"1\""))
    #expect(try folder.text(of: "r.json").contains("\"schema\" : \"assay.test/1\""))
    #expect(try folder.text(of: "r.html").hasPrefix("<!DOCTYPE html>"))
    let again = try await Command.run(
      line: "test good.yaml bad.yaml --seeds 3 --jobs 2 --json -", in: folder.url)
    #expect(again.output == (try folder.text(of: "r.json")))
  }

  @Test("a mistake in any file ends with 65, and nothing is run")
  func mistakes() async throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.scenario(limit: "-1M"), to: "good.yaml")
    try folder.write(Self.scenario(limit: "low").replacing("100", with: "1OO"), to: "bad.yaml")
    let answer = try await Command.run(line: "test good.yaml bad.yaml", in: folder.url)
    #expect(answer.status == 65 && answer.output == "")
    #expect(
      answer.errorLines == [
        "Error: bad.yaml:7: field 'script[0].train' is '1OO'; allowed: a whole number from 1 to 1000000000, such as 20k",
        "bad.yaml:8: field 'expect[0].return.atLeast' is 'low'; allowed: a number",
      ])
  }

  @Test(
    "bad usage ends with 64, a missing file with 66",
    arguments: [
      ("test none.yaml", 66, "Error: none.yaml: there is no such file"),
      ("test --jobs 0", 64, "Error: --jobs is 0; allowed: 1 to 1024"),
      ("test --seeds 0", 64, "Error: --seeds is 0; allowed: 1 to 10000"),
      ("test --tags smoek", 64, "Error: no tag is called 'smoek'; did you mean 'smoke'?"),
      ("test --junit none/x.xml", 73, "Error: --junit none/x.xml: there is no folder "),
      ("scenario shwo", 64, "Error: no action is called 'shwo'; did you mean 'show'?"),
      ("scenario show coin-move", 64, "Error: no scenario is called 'coin-move'; did you mean 'coin-moves'?"),
      ("scenario run", 64, "Error: the name is missing; allowed: "),
    ] as [(String, Int32, String)])
  func refused(line: String, status: Int32, message: String) async throws {
    let answer = try await Command.run(line: line)
    #expect(answer.status == status && answer.output == "")
    #expect(answer.errorLines.first?.hasPrefix(message) == true, "\(answer.error)")
  }

  @Test("the shipped scenarios are listed, shown and run")
  func shipped() async throws {
    let list = try await Command.run(line: "scenario list --json -").json()
    #expect(list["schema"] as? String == "assay.list/1" && list["kind"] as? String == "scenarios")
    let folder = try TemporaryFolder()
    try folder.write(try await Command.run(line: "scenario show opaque-names").output, to: "mine.yaml")
    let answer = try await Command.run(line: "test mine.yaml", in: folder.url)
    #expect(answer.status == 0)
    #expect(
      answer.output.replacing("mine.yaml", with: "opaque-names.yaml")
        == (try await Command.run(line: "scenario run opaque-names").output))
  }
}
