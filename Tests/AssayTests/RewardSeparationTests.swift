import Foundation
import Testing

/// No reward can reach an actor, and no parameter can be written without a permit: the compiler says so.
///
/// Each test hands a few lines to the compiler, and the modules of this very build. What must compile shows
/// that the set-up works; what must not compile has to fail for the reason given.
@Suite("Separation of rewards from actors")
struct RewardSeparationTests {
  /// What must be refused, and what the compiler has to say about it.
  struct Misuse: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var source: String
    /// Phrases that one error has to contain.
    var phrases: [String]
  }

  /// Parts and functions that the snippets use.
  private static let preamble = """
    import Assay

    func choose<A: Actor>(
      _ actor: A, at latent: A.Latent, _ reward: Reward, _ parameters: ParameterStore,
      _ random: inout RandomStream
    ) -> A.Action where A.Latent == Int {
      BODY
    }

    """

  /// The body of a function that has an actor and a reward at hand.
  private static func choosing(_ body: String) -> String { preamble.replacing("BODY", with: body) }

  static let proper: [(name: String, source: String)] = [
    ("an actor is asked", choosing("actor.action(at: latent, reading: parameters, using: &random)")),
    (
      "an actor is asked for distributions",
      choosing(
        """
        _ = reward.value
          return actor.distributions(at: [latent], reading: parameters)[0].sample(using: &random)
        """)
    ),
    (
      "an agent acts, and a learner reads rewards and writes with its permit",
      """
      import Assay

      struct Idle: Agent {
        var parameters = ParameterStore()
        mutating func act(on percept: Percept<Int>, using random: inout RandomStream) -> Int {
          percept.isFirst ? 0 : percept.observation
        }
      }

      struct Teacher: Learner, ~Copyable {
        var aims: Aims
        let permit: WritePermit
        mutating func learn(
          from experience: Experience<Int, Int>, updating parameters: inout ParameterStore,
          using random: inout RandomStream
        ) {
          let reward: Reward = experience.reward(age: 0)
          let transition = experience[age: 0]
          parameters.set(Float(reward.value), at: transition.observation, with: permit)
        }
      }

      func predict(_ model: some WorldModel<Int, Int>, _ parameters: ParameterStore) -> PredictedReward {
        model.predictions(from: [0], taking: [0], reading: parameters)[0].reward
      }

      func permit(_ store: inout ParameterStore, _ handle: BlockHandle) -> WritePermit {
        let permit = store.permit("learner", toWrite: handle, usesReward: true)
        let other = permit
        return other
      }
      """
    ),
  ]

  static let misuses: [Misuse] = [
    Misuse(
      testDescription: "a reward in place of the latent of an action",
      source: choosing("actor.action(at: reward, reading: parameters, using: &random)"),
      phrases: ["'Reward'", "'Int'"]),
    Misuse(
      testDescription: "a reward beside the latent of an action",
      source: choosing("actor.action(at: latent, reward: reward, reading: parameters, using: &random)"),
      phrases: ["extra argument 'reward'"]),
    Misuse(
      testDescription: "a reward in place of the latents of distributions",
      source: choosing("actor.distributions(at: [reward], reading: parameters)[0].sample(using: &random)"),
      phrases: ["'Reward'", "'Int'"]),
    Misuse(
      testDescription: "the reward of a percept",
      source: "import Assay\nfunc f(_ percept: Percept<Int>) -> Reward { percept.reward }",
      phrases: ["'Percept<Int>'", "no member 'reward'"]),
    Misuse(
      testDescription: "the reward of a transition",
      source: "import Assay\nfunc f(_ transition: Transition<Int, Int>) -> Reward { transition.reward }",
      phrases: ["'Transition<Int, Int>'", "no member 'reward'"]),
    Misuse(
      testDescription: "a predicted reward for a reward",
      source: "import Assay\nfunc f(_ predicted: PredictedReward) -> Reward { predicted }",
      phrases: ["'PredictedReward'", "'Reward'"]),
    Misuse(
      testDescription: "a reward for a predicted reward",
      source: "import Assay\nfunc f(_ reward: Reward) -> PredictedReward { reward }",
      phrases: ["'Reward'", "'PredictedReward'"]),
    Misuse(
      testDescription: "a predicted reward as the reward of a step",
      source: """
        import Assay
        func f(_ predicted: PredictedReward) -> Step<Int> { Step(observation: 0, reward: predicted) }
        """, phrases: ["'PredictedReward'", "'Reward'"]),
    Misuse(
      testDescription: "an agent that only acts with a reward",
      source: """
        import Assay
        struct Cheat: Agent {
          var parameters = ParameterStore()
          mutating func act(
            on percept: Percept<Int>, reward: Reward, using random: inout RandomStream
          ) -> Int { Int(reward.value) }
        }
        """, phrases: ["'Cheat'", "does not conform to protocol 'Agent'"]),
    Misuse(
      testDescription: "an actor that only acts with a reward",
      source: """
        import Assay
        struct Cheat: Actor {
          typealias Latent = Int
          typealias Action = Int
          var name: PartName { "actor" }
          var objective: Objective { Objective(maximising: nil) }
          func distributions(
            at latents: [Int], rewards: [Reward], reading parameters: ParameterStore
          ) -> [ActionProbabilities] { [] }
          func exploratoryAction(at latent: Int, using random: inout RandomStream) -> Int { 0 }
        }
        """, phrases: ["'Cheat'", "does not conform to protocol 'Actor'"]),
    Misuse(
      testDescription: "a copy of a permit",
      source: """
        import Assay
        func f(_ store: inout ParameterStore, _ permit: consuming WritePermit) {
          let copy = permit
          store.set(1, at: 0, with: permit)
          store.set(1, at: 0, with: copy)
        }
        """, phrases: ["'permit'", "used after consume"]),
    Misuse(
      testDescription: "a permit kept by two",
      source: """
        import Assay
        func f(_ permit: borrowing WritePermit) -> WritePermit { permit }
        """, phrases: ["'permit'", "cannot be consumed"]),
    Misuse(
      testDescription: "a permit where copies are made",
      source: "import Assay\nfunc f(_ permit: consuming WritePermit) -> [WritePermit] { [permit] }",
      phrases: ["'WritePermit'", "'Copyable'"]),
    Misuse(
      testDescription: "a permit made by oneself",
      source: """
        import Assay
        func f(_ handle: BlockHandle) -> WritePermit {
          WritePermit(block: handle, writer: 0, cause: .intervention, usesReward: false)
        }
        """, phrases: ["'WritePermit' initializer is inaccessible"]),
    Misuse(
      testDescription: "a handle made by oneself",
      source: "import Assay\nfunc f() -> BlockHandle { BlockHandle(index: 0, offset: 0, count: 1) }",
      phrases: ["'BlockHandle' initializer is inaccessible"]),
    Misuse(
      testDescription: "a write to the arena itself",
      source: "import Assay\nfunc f(_ store: inout ParameterStore) { store.arena[0] = 1 }",
      phrases: ["'arena' is inaccessible"]),
    Misuse(
      testDescription: "a write by subscript",
      source: """
        import Assay
        func f(_ store: inout ParameterStore, _ handle: BlockHandle) { store[handle, 0] = 1 }
        """, phrases: ["subscript is get-only"]),
    Misuse(
      testDescription: "a write without a permit",
      source: "import Assay\nfunc f(_ store: inout ParameterStore) { store.set(1, at: 0) }",
      phrases: ["missing argument for parameter 'with'"]),
    Misuse(
      testDescription: "a block thawed behind the store's back",
      source: """
        import Assay
        func f(_ store: ParameterStore) { var block = store.blocks[0]; block.isFrozen = false }
        """, phrases: ["'isFrozen'", "setter is inaccessible"]),
    Misuse(
      testDescription: "an entry struck from the ledger",
      source: "import Assay\nfunc f(_ store: inout ParameterStore) { store.ledger.entries.removeAll() }",
      phrases: ["get-only"]),
  ]

  @Test("proper use compiles", arguments: proper.indices)
  func properUse(index: Int) throws {
    let verdict = try Compiler.check(Self.proper[index].source)
    #expect(verdict.status == 0, "\(Self.proper[index].name): \(verdict.output)")
  }

  @Test("misuse does not compile", arguments: misuses)
  func misuse(_ misuse: Misuse) throws {
    let verdict = try Compiler.check(misuse.source)
    #expect(verdict.status != 0)
    let errors = verdict.output.split(separator: "\n").filter { $0.contains("error:") }
    #expect(
      errors.contains { error in misuse.phrases.allSatisfy { error.contains($0) } },
      "\(misuse.testDescription): \(verdict.output)")
  }
}

/// The compiler, run on a few lines of source.
private enum Compiler {
  struct Missing: Error, CustomStringConvertible {
    var description: String
  }

  struct Verdict {
    var status: Int32
    var output: String
  }

  /// Checks the types of some source against this build's modules.
  static func check(_ source: String) throws -> Verdict {
    let folder = FileManager.default.temporaryDirectory.appending(path: "separation-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "Snippet.swift")
    try source.write(to: file, atomically: true, encoding: .utf8)

    let modules = try modules
    let process = Process()
    process.executableURL = try compiler
    // Whether a permit is consumed twice is found out after type checking, on the way to SIL.
    process.arguments = [
      "-emit-sil", "-o", folder.appending(path: "Snippet.sil").path, "-parse-as-library", "-swift-version",
      "6",
      "-module-name", "Snippet", "-I", modules.path, "-module-cache-path",
      modules.deletingLastPathComponent().appending(path: "ModuleCache").path, file.path,
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Verdict(status: process.terminationStatus, output: String(decoding: output, as: UTF8.self))
  }

  /// The folder of this build's modules: beside the test bundle, or above whatever it lies in.
  private static var modules: URL {
    get throws {
      let places = ([Bundle.main.bundlePath, Bundle.main.executablePath ?? ""] + CommandLine.arguments)
        .filter { $0.contains("/") }
      for place in places {
        var folder = URL(filePath: place).standardizedFileURL
        while folder.path.count > 1 {
          folder.deleteLastPathComponent()
          let modules = folder.appending(path: "Modules")
          let module = modules.appending(path: "Assay.swiftmodule")
          if FileManager.default.fileExists(atPath: module.path) { return modules }
        }
      }
      throw Missing(description: "there is no Modules/Assay.swiftmodule above any of \(places)")
    }
  }

  /// The compiler on the search path.
  private static var compiler: URL {
    get throws {
      let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
      for folder in path.split(separator: ":") {
        let place = "\(folder)/swiftc"
        if FileManager.default.isExecutableFile(atPath: place) { return URL(filePath: place) }
      }
      throw Missing(description: "there is no swiftc in \(path)")
    }
  }
}
