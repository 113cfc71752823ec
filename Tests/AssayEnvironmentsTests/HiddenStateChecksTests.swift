import Assay
import AssayEnvironments
import AssayTesting
import Testing

@Suite("Checks of worlds that show less than their state")
struct HiddenStateChecksTests {
  @Test("every fault is found by the check that is there for it", arguments: FaultyTiger.Fault.allCases)
  func faults(fault: FaultyTiger.Fault) {
    let found = EnvironmentChecks(FaultyTiger(fault)).run()
    if let check = fault.check {
      #expect(found.contains { $0.check == check.rawValue }, "\(found)")
    } else {
      #expect(found == [])
    }
  }

  @Test("a sound world passes, whatever the seed", arguments: 1...20 as ClosedRange<UInt64>)
  func seeds(seed: UInt64) {
    #expect(EnvironmentChecks(FaultyTiger(.nothing), seed: seed).run() == [])
  }

  @Test("what belongs together is compared together")
  func message() throws {
    let found = EnvironmentChecks(FaultyTiger(.looseTogether)).run()
    #expect(found.map(\.check) == [EnvironmentCheck.frequencies.rawValue])
    #expect(try #require(found.first).message.hasPrefix("state 0, action 1: state "))
  }
}

/// Two doors, with one fault at choice.
struct FaultyTiger: HiddenStateEnvironment {
  enum Fault: CaseIterable {
    case nothing
    case looseEar
    case looseTogether
    case otherStart
    case silentStart
    case forgottenSight
    case rememberedSight
    case immovable
    case lingering
    case stubborn
    case earlyEnd
    case wrongReward
    case wrongPerformance

    /// The check that must find it.
    var check: EnvironmentCheck? {
      switch self {
      case .nothing: nil
      case .looseEar, .looseTogether, .otherStart, .silentStart: .frequencies
      case .forgottenSight, .earlyEnd: .endings
      case .rememberedSight, .immovable, .lingering: .placement
      case .stubborn: .availability
      case .wrongReward, .wrongPerformance: .rewards
      }
    }
  }

  let fault: Fault
  private var base: Tiger
  private(set) var isOver = false
  private(set) var lastObservation: Int?

  init(_ fault: Fault) {
    self.fault = fault
    base = Tiger()
  }

  var process: FinitePOMDP { base.process }
  var state: Int { base.state }
  var observationSpace: DiscreteSpace { base.observationSpace }
  var actionSpace: DiscreteSpace { base.actionSpace }

  func isAvailable(_ action: Int) -> Bool {
    base.isAvailable(action) && (fault != .stubborn || action != 2 || state != 1)
  }

  mutating func place(in state: Int) {
    if fault != .immovable { base.place(in: state) }
    if fault != .lingering { isOver = false }
    if fault != .rememberedSight { lastObservation = nil }
  }

  mutating func reset(using random: inout RandomStream) -> Int {
    isOver = false
    var observation = base.reset(using: &random)
    if fault == .otherStart, random.unit() < 0.3 { base.place(in: 0) }
    if fault == .silentStart { observation = 0 }
    lastObservation = observation
    return observation
  }

  mutating func step(_ action: Int, using random: inout RandomStream) -> Step<Int> {
    var step = base.step(action, using: &random)
    if fault == .looseEar, random.unit() < 0.3 { step.observation = 1 - step.observation }
    // Each door as often as it should be, and each sound too, but never the sound of the other door.
    if fault == .looseTogether, action != Tiger.listen { step.observation = base.state }
    if fault == .wrongReward, action == Tiger.listen { step.reward = Reward(-2) }
    if fault == .wrongPerformance, action == Tiger.listen { step.performance = Reward(0) }
    isOver = action == Tiger.openLeft && (fault == .earlyEnd || fault == .lingering)
    if isOver { step.ending = .terminated }
    lastObservation = fault == .forgottenSight ? nil : step.observation
    return step
  }
}
