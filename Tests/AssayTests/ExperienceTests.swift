import Assay
import Testing

@Suite("Experience")
struct ExperienceTests {
  /// Experience whose i-th transition goes from i to i + 1 by action 10 i, with reward i / 2.
  private func filled(capacity: Int, count: Int) -> Experience<Int, Int> {
    var experience = Experience<Int, Int>(capacity: capacity)
    for index in 0..<count { append(index, to: &experience) }
    return experience
  }

  private func append(_ index: Int, to experience: inout Experience<Int, Int>) {
    experience.append(
      from: index, action: 10 * index,
      step: Step(
        observation: index + 1, reward: Reward(Double(index) / 2), ending: index % 3 == 2 ? .truncated : nil))
  }

  @Test("age 0 is the newest, before and after the oldest is forgotten", arguments: 1...8)
  func ages(count: Int) {
    let experience = filled(capacity: 3, count: count)
    #expect(experience.count == min(3, count))
    #expect(experience.total == count)
    for age in 0..<experience.count {
      let index = count - 1 - age
      let transition = experience[age: age]
      #expect(transition.observation == index)
      #expect(transition.action == 10 * index)
      #expect(transition.nextObservation == index + 1)
      #expect(transition.ending == (index % 3 == 2 ? .truncated : nil))
      #expect(experience.reward(age: age) == Reward(Double(index) / 2))
    }
  }

  @Test("relabelling changes what is read, and keeps what the world said")
  func relabelling() {
    var experience = filled(capacity: 3, count: 5)
    let original = (0..<3).map { experience.reward(age: $0).value }
    #expect(original == [2, 1.5, 1])
    for (rule, expected) in [
      (RewardLabels.Rule.zero, [0, 0, 0]), (.negated, [-2, -1.5, -1]), (.scaled(10), [20, 15, 10]),
      (.original, original),
    ] {
      experience.relabel(RewardLabels(name: "other", rule: rule))
      #expect((0..<3).map { experience.reward(age: $0).value } == expected)
    }
  }

  @Test("labels in force hold for transitions that come later")
  func laterTransitions() {
    var experience = filled(capacity: 3, count: 1)
    experience.relabel(RewardLabels(name: "negated", rule: .negated))
    append(1, to: &experience)
    #expect(experience.reward(age: 0) == -0.5)
    experience.relabel(RewardLabels(name: "original", rule: .original))
    #expect(experience.reward(age: 0) == 0.5)
  }

  @Test("each relabelling is a new version")
  func versions() {
    var experience = filled(capacity: 3, count: 1)
    #expect(experience.labels.version == 0)
    experience.relabel(RewardLabels(name: "zero", rule: .zero))
    experience.relabel(RewardLabels(name: "negated", rule: .negated))
    #expect(experience.labels.version == 2)
    #expect(experience.labels.name == "negated")
  }

  @Test("a random label belongs to its transition, whatever its age")
  func randomLabels() {
    var experience = filled(capacity: 3, count: 3)
    experience.relabel(RewardLabels(name: "noise", rule: .random(seed: 7)))
    let before = (0..<3).map { experience.reward(age: $0).value }
    #expect(Set(before).count == 3)
    #expect(before.allSatisfy { $0 >= 0 && $0 < 1 })
    // The newest of three is the one at position 2.
    var stream = RandomStream(seed: 7).substream(2)
    #expect(before[0] == stream.unit())
    append(3, to: &experience)
    #expect(experience.reward(age: 1).value == before[0])
    #expect(experience.reward(age: 2).value == before[1])
  }

  @Test("a copy is a snapshot")
  func copies() {
    var experience = filled(capacity: 2, count: 2)
    let copy = experience
    append(2, to: &experience)
    #expect(copy[age: 0].observation == 1)
    #expect(experience[age: 0].observation == 2)
  }

  @Test("an age that is not held is a programmer's mistake")
  func wrongAge() async {
    await #expect(processExitsWith: .failure) {
      var experience = Experience<Int, Int>(capacity: 2)
      experience.append(from: 0, action: 0, step: Step(observation: 1, reward: 0))
      _ = experience[age: 1]
    }
    await #expect(processExitsWith: .failure) {
      var experience = Experience<Int, Int>(capacity: 2)
      experience.append(from: 0, action: 0, step: Step(observation: 1, reward: 0))
      _ = experience.reward(age: -1)
    }
  }

  @Test("experience that can hold nothing is a programmer's mistake")
  func noCapacity() async {
    await #expect(processExitsWith: .failure) { _ = Experience<Int, Int>(capacity: 0) }
  }
}
