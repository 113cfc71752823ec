import Assay

extension TimeLimit: HiddenStateEnvironment where Base: HiddenStateEnvironment {
  public var process: FinitePOMDP { world.process }
  public var state: Int { world.state }
  public var lastObservation: Int? { world.lastObservation }

  /// Puts the world into a state, with all of the limit before it.
  public mutating func place(in state: Int) {
    elapsed = 0
    world.place(in: state)
  }
}
