import AssayScenarios
import Foundation
import Testing

@Suite("Mistakes in scenarios")
struct MistakesTests {
  /// A scenario without a mistake.
  static let sound = """
    scenario: the coin moves
    claim: It goes right.
    environment: {name: coin-corridor, coin: right}
    agent: {name: actor-critic}
    seeds: 2
    script:
      - train: 2k
      - change: {coin: random}
      - audit: [critic, actor, goal]
    expect:
      - {diagnosis: healthy}
    controls:
      - {environment: {coin: random}, expect: [{diagnosis: healthy}]}
    """

  /// A mistake: what of the sound scenario is replaced by what, and the one line that tells of it.
  struct Mistake: Sendable, CustomTestStringConvertible {
    var old: String
    var new: String
    var line: Int
    var message: String
    var testDescription: String { new }

    init(_ old: String, _ new: String, _ line: Int, _ message: String) {
      self.old = old
      self.new = new
      self.line = line
      self.message = message
    }
  }

  static let mistakes = [
    Mistake(
      "claim:", "clame:", 2,
      "field 'clame' is unknown; allowed: scenario, claim, tags, environment, agent, seeds, script, sweep, expect, controls; did you mean 'claim'?"
    ),
    Mistake("claim: It goes right.\n", "", 1, "field 'claim' is missing; allowed: a sentence"),
    Mistake(
      "seeds: 2", "seeds: many", 5,
      "field 'seeds' is 'many'; allowed: a whole number from 1 to 10000, such as 20k"),
    Mistake(
      "seeds: 2", "seeds: {from: 3, cuont: 2}", 5,
      "field 'seeds.cuont' is unknown; allowed: from, count; did you mean 'count'?"),
    Mistake("script:", "tags: smoke\nscript:", 6, "field 'tags' is 'smoke'; allowed: a list of words"),
    Mistake(
      "train: 2k", "train: 2x", 7,
      "field 'script[0].train' is '2x'; allowed: a whole number from 1 to 1000000000, such as 20k"),
    Mistake(
      "train: 2k", "trian: 2k", 7,
      "field 'script[0].trian' is unknown; allowed: train, evaluate, change, fault, intervene, snapshot, restore, audit, repeat; did you mean 'train'?"
    ),
    Mistake(
      "  - train: 2k\n", "", 6, "field 'script' is 'without a train step'; allowed: at least one train step"),
    Mistake(
      "coin-corridor, coin: right", "coin-corridor, coin: rihgt", 3,
      "field 'environment.coin' is 'rihgt'; allowed: right, random, left or away; did you mean 'right'?"),
    Mistake(
      "change: {coin: random}", "change: {conn: random}", 8,
      "field 'script[1].change.conn' is unknown; allowed: coin, wall, randomised; did you mean 'coin'?"),
    Mistake(
      "change: {coin: random}", "change: {}", 8,
      "field 'script[1].change' is 'empty'; allowed: a mapping of variables to values"),
    Mistake(
      "actor-critic}", "actor-critic, lambda: 2}", 4,
      "field 'agent.lambda' is '2'; allowed: a number from 0 to 1"),
    Mistake(
      "audit: [critic, actor, goal]", "audit: [critic, gaol]", 9,
      "field 'script[2].audit[1]' is 'gaol'; allowed: critic, actor, model, reward, goal; did you mean 'goal'?"
    ),
    Mistake(
      "audit: [critic, actor, goal]", "audit: [model]", 9,
      "field 'script[2].audit' is 'model'; allowed: parts that actor-critic has; it has no model"),
    Mistake(
      "audit: [critic, actor, goal]", "restore: before", 9,
      "field 'script[2].restore' is 'before'; allowed: nothing: there is no earlier snapshot"),
    Mistake(
      "audit: [critic, actor, goal]", "intervene: {freeze: model}", 9,
      "field 'script[2].intervene.freeze' is 'model'; allowed: parts of actor-critic with numbers of their own: critic, actor"
    ),
    Mistake(
      "audit: [critic, actor, goal]", "intervene: {freeze: critic, for: 5}", 9,
      "field 'script[2].intervene.for' is '5'; allowed: at most the 0 steps of training that follow"),
    Mistake(
      "audit: [critic, actor, goal]", "intervene: {perturb: {part: critic, noise: -1}}", 9,
      "field 'script[2].intervene.perturb.noise' is '-1'; allowed: a number above 0, up to 1000"),
    Mistake(
      "audit: [critic, actor, goal]", "repeat: {times: 0, steps: [{train: 1}]}", 9,
      "field 'script[2].repeat.times' is '0'; allowed: a whole number from 1 to 1000, such as 20k"),
    Mistake(
      "  - train: 2k", "  - fault: model-shortcut\n  - train: 2k", 7,
      "field 'script[0].fault' is 'model-shortcut'; allowed: a fault that actor-critic can have: it lacks a model of counts"
    ),
    Mistake(
      "- {diagnosis: healthy}\ncontrols", "- {diagnosis: healty}\ncontrols", 11,
      "field 'expect[0].diagnosis' is 'healty'"),
    Mistake(
      "- {diagnosis: healthy}\ncontrols", "- {capability: {atLeast: 1.5}}\ncontrols", 11,
      "field 'expect[0].capability.atLeast' is '1.5'; allowed: up to 1, or it can never be met"),
    Mistake(
      "- {diagnosis: healthy}\ncontrols", "- {share: {diagnosis: healthy, above: 1}}\ncontrols", 11,
      "field 'expect[0].share.above' is '1'; allowed: from 0 to 1, or it can never be met"),
    Mistake(
      "- {diagnosis: healthy}\ncontrols", "- {return: {atLeast: 2, atMost: 1}}\ncontrols", 11,
      "field 'expect[0].return' is 'between 2 and 1'; allowed: the smaller limit first"),
    Mistake(
      "- {diagnosis: healthy}\ncontrols", "- {return: {}}\ncontrols", 11,
      "field 'expect[0].return' is 'without a limit'; allowed: atLeast, atMost, above, below, between"),
    Mistake(
      "- {diagnosis: healthy}\ncontrols", "- {goal: {cion: {atLeast: 0.5}}}\ncontrols", 11,
      "field 'expect[0].goal.cion' is 'cion'; allowed: coin, right, left; did you mean 'coin'?"),
    Mistake(
      "- {diagnosis: healthy}\ncontrols", "- {verdict: {model: healthy}}\ncontrols", 11,
      "field 'expect[0].verdict.model' is 'about the model'; allowed: parts that actor-critic has: critic, actor"
    ),
    Mistake(
      "- {diagnosis: healthy}\ncontrols", "- {reward-regret: {atMost: 0}}\ncontrols", 11,
      "field 'expect[0].reward-regret' is 'about the reward'; allowed: what 'audit 1' audits: critic, actor, goal"
    ),
    Mistake(
      "- {diagnosis: healthy}\ncontrols", "- {diagnosis: healthy, at: later}\ncontrols", 11,
      "field 'expect[0].at' is 'later'; allowed: audit 1"),
    Mistake(
      "- {diagnosis: healthy}\ncontrols",
      "- {difference: {metric: return, between: [main, contrl 1], above: 0}}\ncontrols", 11,
      "field 'expect[0].difference.between[1]' is 'contrl 1'; allowed: main, control 1; did you mean 'control 1'?"
    ),
    Mistake(
      "- {diagnosis: healthy}\ncontrols", "- {identical: [main]}\ncontrols", 11,
      "field 'expect[0].identical' is '1 names'; allowed: two names of arms"),
    Mistake(
      "controls:\n  - {", "controls:\n  - {name: main, ", 13,
      "field 'controls[0].name' is 'main'; allowed: a name that no other arm has"),
    Mistake(
      "script:", "sweep: {world.coin: [right]}\nscript:", 6,
      "field 'sweep.world.coin' is unknown; allowed: environment.VARIABLE or agent.VARIABLE"),
    Mistake(
      "script:", "sweep: {environment.coin: [right, lfet]}\nscript:", 6,
      "field 'sweep.environment.coin[1]' is 'lfet'; allowed: right, random, left or away; did you mean 'left'?"
    ),
    Mistake(
      "seeds: 2", "seeds: 2\nseeds: 3", 5,
      "the file is 'a mapping with 'seeds' twice'; allowed: each key once"),
  ]

  /// What is said of a file.
  static func problems(_ text: String) -> [String] {
    problems(Data(text.utf8))
  }

  static func problems(_ data: Data) -> [String] {
    do {
      _ = try Catalogue.standard.plans(yaml: data, from: "file.yaml")
      return []
    } catch {
      return error.problems.map(\.description)
    }
  }

  @Test("the scenario without a mistake is fine")
  func sound() { #expect(Self.problems(Self.sound) == []) }

  @Test(
    "each mistake is told of in a line, with its place, what is allowed and what was meant",
    arguments: mistakes)
  func told(mistake: Mistake) {
    #expect(Self.sound.contains(mistake.old))
    let problems = Self.problems(Self.sound.replacing(mistake.old, with: mistake.new, maxReplacements: 1))
    #expect(problems.count == 1, "\(problems)")
    #expect(problems.first?.hasPrefix("file.yaml:\(mistake.line): \(mistake.message)") == true, "\(problems)")
  }

  @Test("unknown worlds and agents are told of with the nearest name")
  func names() {
    let problems = Self.problems(
      Self.sound.replacing("coin-corridor", with: "coin-coridor").replacing(
        "actor-critic", with: "actr-critic"))
    #expect(problems.count == 2)
    #expect(
      problems[0].hasPrefix(
        "file.yaml:3: field 'environment.name' is 'coin-coridor'; allowed: frozen-lake-4x4,"))
    #expect(problems[0].hasSuffix("; did you mean 'coin-corridor'?"))
    #expect(problems[1].hasSuffix("; did you mean 'actor-critic'?"))
  }

  @Test("all mistakes of a file are told of, in the order of lines, scenario after scenario")
  func all() {
    let first = Self.sound.replacing("seeds: 2", with: "seeds: 0").replacing("lambda", with: "")
    let second = Self.sound.replacing("the coin moves", with: "another").replacing(
      "train: 2k", with: "train: -1"
    )
    .replacing("{diagnosis: healthy}", with: "{diagnosis: hale}")
    let problems = Self.problems(first + "\n---\n" + second)
    #expect(problems.map { $0.split(separator: ":")[1] } == ["5", "21", "25", "27"])
    let same = Self.problems(Self.sound + "\n---\n" + Self.sound)
    #expect(
      same == [
        "file.yaml:15: field 'scenario' is 'the coin moves'; allowed: a name that no other scenario of the file has"
      ])
  }

  @Test("a variable that cannot be changed under an agent is not changed")
  func changeable() {
    let text = Self.sound.replacing("{name: coin-corridor, coin: right}", with: "{name: aliased-pair}")
      .replacing("change: {coin: random}", with: "change: {aliased: no}")
      .replacing("{environment: {coin: random}, ", with: "{")
    let problems = Self.problems(text)
    #expect(problems.count == 1, "\(problems)")
    #expect(
      problems.first?.contains("field 'script[1].change.aliased' is 'not changeable'; allowed: ") == true)
  }

  @Test(
    "files that mean harm get a clear error, quickly",
    arguments: [
      ("", "the file is 'empty'"), ("hello", "file.yaml:1: the file is 'hello'"),
      ("---\n---\n", "the file is 'empty'"),
      ("a: [", "not YAML"), ("a:\n\t- b", "file.yaml:2: the file is 'indented by a tab'"),
      ("a: " + String(repeating: "[", count: 100_000), "nested too deeply"),
      (String(repeating: "- ", count: 5000) + "x", "nested too deeply"),
      ("a: " + String(repeating: "x", count: 300_000), "300003 bytes long"),
      ((0..<30_000).map { "- \($0)" }.joined(separator: "\n"), "of too many values"),
      ("scenario: a\u{0}b", "not YAML"), ("? [a]\n: b", "field 'a list' is unknown"),
      ("a: &a [*a]", "not YAML"), ("a: *b", "not YAML"), ("%YAML 9.9\n---\na: b", "not YAML"),
      ("a: \"\\uD800\"", "not YAML"),
      (
        "a0: &a0 [x, x, x]\n"
          + (1..<30).map { "a\($0): &a\($0) [*a\($0 - 1), *a\($0 - 1)]" }.joined(separator: "\n"),
        "of too many aliases"
      ),
      (
        "a0: &a0 [x, x, x, x, x, x, x, x]\n"
          + (1..<5).map { "a\($0): &a\($0) [*a\($0 - 1), *a\($0 - 1), *a\($0 - 1)]" }.joined(separator: "\n")
          + "\nscenario: *a4", "field 'a0' is unknown"
      ),
    ])
  func hostile(text: String, message: String) {
    let problems = Self.problems(text)
    #expect(problems.contains { $0.contains(message) }, "\(problems.prefix(3))")
    #expect(problems.allSatisfy { $0.count < 2000 && !$0.contains("\n") })
  }

  @Test("what is not UTF-8 is refused")
  func encoding() {
    #expect(
      Self.problems(Data([0xFF, 0xFE, 0x41])) == [
        "file.yaml: the file is 'not in UTF-8'; allowed: text in UTF-8"
      ])
  }

  @Test("a sound scenario cut off or garbled anywhere never crashes the reader")
  func garbled() {
    let bytes = Array(Self.sound.utf8)
    for end in stride(from: 0, to: bytes.count, by: 7) { _ = Self.problems(Data(bytes[..<end])) }
    for place in stride(from: 0, to: bytes.count, by: 11) {
      for byte in [UInt8(ascii: "{"), UInt8(ascii: "&"), UInt8(ascii: ":"), 0xC3] {
        var copy = bytes
        copy[place] = byte
        _ = Self.problems(Data(copy))
      }
    }
  }
}
