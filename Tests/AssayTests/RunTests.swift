import AssayEnvironments
import Testing

@testable import Assay

/// An agent with three numbers that acts on them, and a learner that changes them: enough to see a run at
/// work.
private struct Walker: Agent {
  var parameters: ParameterStore
  let block: BlockHandle

  mutating func act(on percept: Percept<Int>, using random: inout RandomStream) -> Int {
    let preference = parameters[block, percept.isFirst ? 0 : 1]
    return random.unit() < 0.5 + Double(preference) ? random.integer(below: 4) : 2
  }
}

private struct Teacher: Learner, ~Copyable {
  typealias Observation = Int
  typealias Action = Int

  var aims = Aims(critic: Claim(.stateValue, of: .uniform, discount: 1))
  let permit: WritePermit
  /// The step at which to write a number that is not finite.
  let mishap: Int?

  mutating func learn(
    from experience: Experience<Int, Int>, updating parameters: inout ParameterStore,
    using random: inout RandomStream
  ) {
    let index = experience[age: 0].nextObservation % 3
    let noise = Float(random.unit())
    parameters.set(
      (parameters[permit.block, index] + noise + Float(experience.reward(age: 0).value)) / 8, at: index,
      with: permit)
    if parameters.step == mishap { parameters.set(.nan, at: 1, with: permit) }
  }
}

@Suite("Runs")
struct RunTests {
  private static func makeTrainee(mishap: Int? = nil) -> Trainee<Walker, Teacher> {
    var parameters = ParameterStore()
    let block = parameters.allocate(
      "numbers", owner: "all", role: .actor, shape: [3], updateRule: "noise", writers: ["teacher"])
    let permit = parameters.permit("teacher", toWrite: block, usesReward: true)
    return Trainee(
      agent: Walker(parameters: parameters, block: block), learner: Teacher(permit: permit, mishap: mishap))
  }

  private static func makeRun(seed: UInt64, mishap: Int? = nil) -> Run<FrozenLake, Walker, Teacher> {
    Run(environment: .fourByFour, trainee: makeTrainee(mishap: mishap), capacity: 1000, seed: seed)
  }

  /// All that happened, oldest first.
  private static func story(_ run: borrowing Run<FrozenLake, Walker, Teacher>) -> [[Int]] {
    (0..<run.experience.count).reversed().map { age in
      let transition = run.experience[age: age]
      return [
        transition.observation, transition.action, transition.nextObservation,
        Int(transition.ending?.rawValue ?? 9), Int(run.experience.reward(age: age).value),
      ]
    }
  }

  @Test("the same seed replays a run: every digest on the way is reproduced")
  func replay() throws {
    func digests(_ seed: UInt64) throws -> [Ledger.DigestRecord] {
      var run = Self.makeRun(seed: seed)
      for _ in 0..<20 {
        try run.advance(by: 25)
        run.agent.parameters.recordDigests()
      }
      return run.agent.parameters.ledger.digests
    }
    let once = try digests(5)
    #expect(once.map(\.step) == (1...20).map { $0 * 25 })
    #expect(Set(once.map(\.digest)).count == 20)
    #expect(try digests(5) == once)
    #expect(try digests(6).map(\.digest) != once.map(\.digest))
  }

  @Test("N + M steps at once are N steps and then M")
  func divided() throws {
    var whole = Self.makeRun(seed: 2)
    try whole.advance(by: 400)
    var parts = Self.makeRun(seed: 2)
    for steps in [1, 0, 150, 249] { try parts.advance(by: steps) }
    #expect(parts.agent.parameters == whole.agent.parameters)
    #expect(Self.story(parts) == Self.story(whole))
    #expect(parts.tally == whole.tally)
    #expect(parts.step == 400 && whole.step == 400)
    // And what comes after is the same, too.
    try whole.advance(by: 50)
    try parts.advance(by: 50)
    #expect(Self.story(parts) == Self.story(whole))
  }

  @Test("one transition leads on to the next, and a new episode starts at the start")
  func continuity() throws {
    var run = Self.makeRun(seed: 3)
    try run.advance(by: 600)
    let story = Self.story(run)
    #expect(story[0][0] == 0)
    for (one, next) in zip(story, story.dropFirst()) {
      #expect(next[0] == (one[3] == 9 ? one[2] : 0))
    }
    let endings = story.count { $0[3] != 9 }
    #expect(endings > 10)
    #expect(run.tally.episodes == endings)
    // The reward is the performance here, and all of it comes with endings.
    #expect(run.tally.totalPerformance == Double(story.reduce(0) { $0 + $1[4] }))
    #expect(run.tally.lastReturn == Double(story.last { $0[3] != 9 }?[4] ?? -1))
  }

  @Test("performance is tallied apart from the training reward")
  func performance() throws {
    let world = RelabelledEnvironment(FrozenLake.fourByFour, name: "paid by the step") { _ in 2 }
    var run = Run(environment: world, trainee: Self.makeTrainee(), capacity: 2000, seed: 4)
    try run.advance(by: 2000)
    let goals = (0..<2000).count { run.experience[age: $0].nextObservation == 15 }
    #expect(goals > 0)
    #expect(run.tally.totalPerformance == Double(goals))
    let last = (0..<2000).filter { run.experience[age: $0].ending != nil }
    #expect(run.tally.lastReturn == 2 * Double(last[1] - last[0]))
  }

  @Test("the agent's draws do not depend on how much the learner draws")
  func separateStreams() throws {
    // A learner that never changes anything, but draws a lot.
    struct Idler: Learner, ~Copyable {
      typealias Observation = Int
      typealias Action = Int

      var aims = Aims(critic: Claim(.stateValue, of: .uniform, discount: 1))
      var draws: Int

      mutating func learn(
        from experience: Experience<Int, Int>, updating parameters: inout ParameterStore,
        using random: inout RandomStream
      ) {
        for _ in 0..<draws { _ = random.next() }
      }
    }
    func story(draws: Int) throws -> [[Int]] {
      var run = Run(
        environment: FrozenLake.fourByFour,
        trainee: Trainee(agent: Self.makeTrainee().agent, learner: Idler(draws: draws)), capacity: 300,
        seed: 1)
      try run.advance(by: 300)
      return (0..<300).map { [run.experience[age: $0].observation, run.experience[age: $0].action] }
    }
    #expect(try story(draws: 0) == story(draws: 7))
  }

  @Test("a number that is not finite stops the run at that step, and is named")
  func nonFinite() {
    var run = Self.makeRun(seed: 5, mishap: 42)
    let error = #expect(throws: NonFiniteError.self) { try run.advance(by: 100) }
    #expect(run.step == 42 && run.experience.total == 42)
    // The block's other numbers tell how it came about.
    let numbers = run.agent.parameters.blocks[0].handle
    let beside = run.agent.parameters.values(of: numbers).filter(\.isFinite).map(abs).max() ?? 0
    let expected = NonFiniteError(
      block: "numbers", owner: "all", largestBeside: beside, index: 1, step: 42, writer: "teacher")
    #expect(error == expected)
    #expect(beside > 0)
    #expect(
      expected.description
        == "teacher wrote a number that is not finite to numbers[1] at step 42, where the largest "
        + "beside it is \(beside); the run was stopped there")
  }

  @Test("no step changes nothing")
  func noSteps() throws {
    var run = Self.makeRun(seed: 6)
    try run.advance(by: 0)
    #expect(run.step == 0 && run.experience.count == 0 && run.agent.parameters.ledger.entries.isEmpty)
  }

  @Test("a negative number of steps is a programmer's mistake")
  func negativeSteps() async {
    await #expect(processExitsWith: .failure) {
      var run = Self.makeRun(seed: 7)
      try run.advance(by: -1)
    }
  }
}
