/// One step of experience, without its reward.
public struct Transition<Observation: Sendable, Action: Sendable>: Sendable {
  public var observation: Observation
  public var action: Action
  /// The observation after the action; at an ending, the final one.
  public var nextObservation: Observation
  /// How the episode ended with this step, or `nil` while it goes on.
  public var ending: Ending?

  @inlinable
  init(observation: Observation, action: Action, nextObservation: Observation, ending: Ending?) {
    self.observation = observation
    self.action = action
    self.nextObservation = nextObservation
    self.ending = ending
  }
}

/// What happened, newest last; the oldest is forgotten when it is full.
///
/// Rewards are not part of a ``Transition``: they are read apart, under the labels in force.
public struct Experience<Observation: Sendable, Action: Sendable>: Sendable {
  /// How many transitions it holds at most.
  public let capacity: Int
  /// How many transitions were ever added.
  @inlinable public var total: Int { added }
  /// The labels under which ``reward(age:)`` reads.
  public private(set) var labels = RewardLabels(name: "original", rule: .original)

  @usableFromInline var added = 0
  @usableFromInline var transitions: [Transition<Observation, Action>] = []
  @usableFromInline var rewards: [Reward] = []
  @usableFromInline var isRelabelled = false
  /// Where the newest transition lies.
  @usableFromInline var newest = -1

  public init(capacity: Int) {
    precondition(capacity > 0, "capacity must be positive, but is \(capacity)")
    self.capacity = capacity
  }

  /// How many transitions it holds.
  @inlinable public var count: Int { transitions.count }

  /// Adds a transition and what the world said of it.
  @inlinable
  @inline(__always)
  public mutating func append(from observation: Observation, action: Action, step: Step<Observation>) {
    let transition = Transition(
      observation: observation, action: action, nextObservation: step.observation, ending: step.ending)
    newest &+= 1
    if newest == capacity { newest = 0 }
    if transitions.count < capacity {
      transitions.append(transition)
      rewards.append(step.reward)
    } else {
      transitions[newest] = transition
      rewards[newest] = step.reward
    }
    added &+= 1
  }

  /// A transition by its age: 0 is the newest.
  @inlinable
  @inline(__always)
  public subscript(age age: Int) -> Transition<Observation, Action> {
    transitions[position(ofAge: age)]
  }

  /// The reward of a transition by its age, under the labels in force.
  @inlinable
  @inline(__always)
  public func reward(age: Int) -> Reward {
    let index = position(ofAge: age)
    return isRelabelled ? relabelled(rewards[index], age: age) : rewards[index]
  }

  /// Reads all rewards, past and future, under other labels. What the world said is kept.
  public mutating func relabel(_ labels: RewardLabels) {
    let version = self.labels.version + 1
    self.labels = labels
    self.labels.version = version
    isRelabelled = if case .original = labels.rule { false } else { true }
  }

  @usableFromInline
  func relabelled(_ original: Reward, age: Int) -> Reward { labels.label(original, at: total - 1 - age) }

  @inlinable
  @inline(__always)
  func position(ofAge age: Int) -> Int {
    precondition(age >= 0 && age < count, "age \(age) is outside an experience of \(count) transitions")
    let index = newest &- age
    return index < 0 ? index &+ count : index
  }
}
