import Assay
import AssayEnvironments
import AssayTesting
import Testing

@Suite("Copies of any world")
struct EnvironmentCopiesTests {
  static let stream = RandomStream(seed: 3)

  private func findings<World: Environment>(_ world: World, count: Int) -> [Finding]
  where World.ObservationSpace: ColumnarSpace, World.ActionSpace: ColumnarSpace {
    EnvironmentBatchChecks(
      EnvironmentCopies(world, count: count, stream: Self.stream), of: world, stream: Self.stream
    ).run()
  }

  @Test("each copy is the world, bit for bit", arguments: [1, 3, 8, 17])
  func agreement(count: Int) {
    #expect(findings(FrozenLake.fourByFour, count: count) == [])
    #expect(findings(TimeLimit(CliffWalking(isSlippery: true), steps: 30), count: count) == [])
    #expect(findings(TimeLimit(Taxi(accuracy: 0.8), steps: 30), count: count) == [])
    #expect(findings(Blackjack(), count: count) == [])
    #expect(findings(TimeLimit(GridWorld.fiveByFive, steps: 12), count: count) == [])
    #expect(findings(TimeLimit(Pendulum(), steps: 50), count: count) == [])
    // What is paid and what is wanted differ here.
    #expect(findings(TimeLimit(BoatRace(), steps: 12), count: count) == [])
  }

  @Test("an ending shows the last observation apart, and the first of the next episode")
  func endings() throws {
    let world = TimeLimit(try FrozenLake(map: ["SFG"], isSlippery: false), steps: 3)
    var copies = EnvironmentCopies(world, count: 2, stream: Self.stream)
    copies.reset()
    copies.step([2, 0])
    #expect(copies.observations == [1, 0] && copies.endings == [nil, nil])
    copies.step([2, 0])
    #expect(copies.observations == [0, 0] && copies.endings == [.terminated, nil])
    #expect(copies.finalObservations[0] == 2 && copies.rewards == [1, 0] && copies.performances == [1, 0])
    copies.step([2, 2])
    #expect(copies.observations == [1, 0] && copies.endings == [nil, .truncated])
    #expect(copies.finalObservations[1] == 1)
  }

  /// A batch with a fault, of which the checks must tell.
  struct Faulty: EnvironmentBatch {
    enum Fault: CaseIterable { case finalObservation, ending, reward, otherStreams, otherRows, forgetting }
    var base: EnvironmentCopies<FrozenLake>
    var fault: Fault?

    var count: Int { base.count }
    var observationSpace: DiscreteSpace { base.observationSpace }
    var actionSpace: DiscreteSpace { base.actionSpace }
    var observations: [Int] { base.observations }
    var finalObservations: [Int] { fault == .finalObservation ? base.observations : base.finalObservations }
    var rewards: [Double] { fault == .reward ? base.rewards.map { -$0 } : base.rewards }
    var performances: [Double] { base.performances }
    var endings: [Ending?] {
      fault == .ending ? base.endings.map { $0 == nil ? nil : .truncated } : base.endings
    }
    mutating func reset() { base.reset() }
    mutating func step(_ actions: [Int]) { base.step(actions) }
    func copies(of rows: [Int], drawingFrom streams: [RandomStream]) -> Faulty {
      let rows = fault == .otherRows ? rows.map { ($0 + 1) % count } : rows
      return Faulty(base: base.copies(of: rows, drawingFrom: streams), fault: fault)
    }
    mutating func append(contentsOf other: Faulty) { base.append(contentsOf: other.base) }
    func archive(into archive: inout StateArchive) { base.archive(into: &archive) }
    mutating func restore(from archive: StateArchive) throws(DataError) {
      try base.restore(from: archive)
      if fault == .forgetting { base.reset() }
    }
  }

  @Test("a fault is found", arguments: Faulty.Fault.allCases)
  func faults(fault: Faulty.Fault) {
    let world = FrozenLake.fourByFour
    let other = fault == .otherStreams ? RandomStream(seed: 4) : Self.stream
    let base = EnvironmentCopies(world, count: 4, stream: other)
    let sound = EnvironmentBatchChecks(Faulty(base: base), of: world, stream: other).run()
    #expect(sound == [])
    let found = EnvironmentBatchChecks(Faulty(base: base, fault: fault), of: world, stream: Self.stream).run()
    let expected: [EnvironmentBatchCheck] =
      switch fault {
      case .finalObservation, .ending: [.agreement]
      case .reward, .otherStreams: [.agreement, .branching]
      case .otherRows: [.branching]
      case .forgetting: [.archive]
      }
    #expect(found.map(\.check) == expected.map(\.rawValue))
  }

  @Test("what a world takes from one episode to the next is archived with it, through other wrappers too")
  func memory() throws {
    let world = TimeLimit(
      NormalizedObservations(NormalizedRewards(TimeLimit(Pendulum(), steps: 9), discount: 0.9)), steps: 5)
    var copies = EnvironmentCopies(world, count: 2, stream: Self.stream)
    copies.reset()
    var torque = copies.actionSpace.column(count: 2)
    torque.values = [1, -1.5]
    for _ in 0..<13 { copies.step(torque) }
    #expect(copies.worlds[0].memory.count == 8 + 4)
    var archive = StateArchive()
    archive.put(copies, as: "copies")
    var restored = EnvironmentCopies(world, count: 2, stream: RandomStream(seed: 0))
    try StateArchive(archive.tensors).restore(&restored, from: "copies")
    for _ in 0..<8 {
      copies.step(torque)
      restored.step(torque)
      #expect(copies.rewards == restored.rewards && copies.observations == restored.observations)
    }
  }

  @Test("a column holds vectors of its width, each in its place")
  func columns() {
    var column = VectorColumn(count: 3, width: 2)
    column[1] = [1, 2]
    #expect(column.values == [0, 0, 1, 2, 0, 0] && column[1] == [1, 2] && column[2] == [0, 0])
    #expect(BoxSpace(count: 4, in: 0...1).column(count: 5).values.count == 20)
    #expect(DiscreteSpace(count: 4).column(count: 5).count == 5)
  }

  @Test("too few actions are a programmer's mistake")
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      var copies = EnvironmentCopies(FrozenLake.fourByFour, count: 2, stream: Self.stream)
      copies.reset()
      copies.step([0])
    }
  }
}
