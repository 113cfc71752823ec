import Assay
import AssayEnvironments
import AssayScenarios
import AssayTesting
import Testing

@Suite("The catalogue's worlds")
struct StandardEnvironmentsTests {
  /// A world with settings of its own.
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var settings: Settings
    var testDescription: String { "\(name) \(settings.map { "\($0.key)=\($0.value)" }.sorted())" }
  }

  static let cases: [Case] = Catalogue.standardEnvironments.flatMap { entry in
    [Case(name: entry.name, settings: [:])]
      + entry.variables.flatMap { variable in
        values(of: variable).map { Case(name: entry.name, settings: [variable.name: $0]) }
      }
  }

  /// Every choice, and both ends of a range.
  static func values(of variable: Variable) -> [Setting] {
    switch variable.domain {
    case .choice(let words): words.map(Setting.word)
    case .number(let range): [.number(range.lowerBound), .number(range.upperBound)]
    case .integer(let range): [.number(Double(range.lowerBound)), .number(Double(range.upperBound))]
    }
  }

  static func world(_ settings: Settings = [:], of name: String) throws -> any Environment {
    let entry = try #require(Catalogue.standardEnvironments.first { $0.name == name })
    return try entry.make(settings)
  }

  @Test("every name is there once, and is the world's own")
  func names() throws {
    let entries = Catalogue.standardEnvironments
    #expect(entries.count >= 70)
    #expect(entries.allSatisfy { $0.group != nil })
    #expect(Set(entries.map(\.name)).count == entries.count)
    for entry in entries { #expect(try entry.make([:]).name == entry.name) }
  }

  @Test("every world keeps the contract, with its defaults and whatever is set", arguments: cases)
  func contract(item: Case) throws {
    let world = try Self.world(item.settings, of: item.name)
    #expect(world.picture != Picture())
    let found = findings(in: world)
    #expect(found == [])
    guard let world = world as? any EnumerableEnvironment else { return }
    // It lists itself into a sound process, goals and all.
    func list(_ world: some EnumerableEnvironment) throws -> [String] {
      try FiniteMDP(enumerating: world).rewards.map(\.name)
    }
    let rewards = try list(world)
    #expect(Set(rewards).count == rewards.count)
    if let features = world.features { #expect(features.stateCount == world.observationSpace.count) }
  }

  private func findings(in world: some Environment) -> [Finding] {
    var checks = EnvironmentChecks(world)
    #if DEBUG
      // Each world's own tests draw more; so do these, in the release build.
      checks.samples = 200
      checks.pairLimit = 100
    #endif
    return checks.run()
  }

  @Test("copies of a world are the world, bit for bit", arguments: Catalogue.standardEnvironments.map(\.name))
  func copies(name: String) throws {
    let stream = RandomStream(seed: 5)
    func findings<World: Environment>(
      _ batch: some EnvironmentBatch<World.ObservationSpace, World.ActionSpace>, of world: World
    ) -> [Finding] {
      EnvironmentBatchChecks(batch, of: world, stream: stream, steps: 60, resetInterval: 45).run()
    }
    func check(_ world: some LockstepEnvironment) -> [Finding] {
      findings(world.copies(5, stream: stream), of: world)
    }
    let world = try Self.world(of: name)
    // Those of all other worlds are among what every world is put to.
    let isBatched = EnvironmentCheck.batches.applies(to: world)
    #expect(isBatched)
    guard let world = world as? any LockstepEnvironment else { return }
    let found = check(world)
    #expect(found == [])
  }

  @Test("every moving world of the catalogue is stepped in lockstep")
  func lockstep() throws {
    let names = try Catalogue.standardEnvironments.map(\.name).filter {
      try Self.world(of: $0) is any LockstepEnvironment
    }
    #expect(
      names.sorted() == ["acrobot", "cart-pole", "mountain-car", "mountain-car-continuous", "pendulum"])
  }

  @Test("a changeable setting leaves states, actions and what is available alone", arguments: cases)
  func changeable(item: Case) throws {
    let entry = try #require(Catalogue.standardEnvironments.first { $0.name == item.name })
    let isChangeable = entry.variables.allSatisfy { item.settings[$0.name] == nil || $0.isChangeable }
    guard isChangeable else { return }
    guard try entry.make([:]) is any EnumerableEnvironment else {
      let worlds = try [entry.make([:]), entry.make(item.settings)]
      #expect(type(of: worlds[0]) == type(of: worlds[1]))
      #expect(Set(worlds.map { "\($0.observationSpace) \($0.actionSpace)" }).count == 1)
      return
    }
    let before = try entry.makeListed([:])
    let after = try entry.makeListed(item.settings)
    #expect(type(of: before.base) == type(of: after.base))
    #expect(before.observationSpace == after.observationSpace)
    #expect(before.actionSpace == after.actionSpace)
    #expect(before.stateNames == after.stateNames)
    #expect(before.features == after.features)
    #expect(before.discount == after.discount)
    #expect(before.goals.map(\.name) == after.goals.map(\.name))
    for state in 0..<before.stateCount {
      for action in 0..<before.actionCount {
        #expect(
          before.outcomes(of: action, in: state).isEmpty == after.outcomes(of: action, in: state).isEmpty,
          "state \(state), action \(action)")
      }
    }
  }
}
