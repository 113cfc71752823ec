import Assay
import AssayAgents
import Foundation
import Testing

/// A history of nothing but bits: one action that takes no bits, and percepts of one bit, so one tree.
private let bitCode = PerceptCode(
  actionCount: 1, observationCount: 1, rewards: 0...1, actionBits: 0, observationBits: 0)

@Suite("Context-tree weighting")
struct ContextTreeModelTests {
  private func learned(_ bits: [Int], depth: Int, maximumNodeCount: Int = 1 << 20) -> ContextTreeModel {
    var model = ContextTreeModel(code: bitCode, depth: depth, maximumNodeCount: maximumNodeCount)
    for bit in bits { model.learn(bit) }
    return model
  }

  /// Every bit of a model, as one number, since nobody can read them all.
  private func archived(_ model: ContextTreeModel) -> Int {
    var archive = StateArchive()
    archive.put(model, as: "model")
    return archive.tensors.hashValue
  }

  /// The estimates multiply to 9/2048 in one context; the trees of depth 1 and 2 were worked out as fractions by hand,
  /// with zeros before the sequence.
  @Test(
    "gives 0101111 the probability worked out by hand",
    arguments: [(0, 9.0 / 2048), (1, 7.0 / 2048), (2, 29.0 / 8192)])
  func workedSequence(depth: Int, probability: Double) {
    let model = learned([0, 1, 0, 1, 1, 1, 1], depth: depth)
    // Seven products and logarithms round a few times 2⁻⁵³ each.
    #expect(abs(exp(model.logProbability) / probability - 1) < 1e-14)
  }

  @Test(
    "estimates (b + ½)/(a + b + 1) without context", arguments: [(0, 0), (1, 0), (0, 1), (3, 5), (40, 2)])
  func estimate(zeros: Int, ones: Int) {
    let bits = [Int](repeating: 0, count: zeros) + [Int](repeating: 1, count: ones)
    let expected = (Double(ones) + 0.5) / (Double(zeros + ones) + 1)
    #expect(abs(learned(bits, depth: 0).probability(of: 1) - expected) < 1e-15)
  }

  /// All suffix trees of depth 2 at most, each as the lengths of context that it tells apart, with −log₂ of its prior:
  /// one bit for each node above the greatest depth.
  private static let suffixTrees: [(leaves: [[Int]], cost: Int)] = [
    ([[]], 1), ([[0], [1]], 3), ([[0, 0], [0, 1], [1]], 3), ([[0], [1, 0], [1, 1]], 3),
    ([[0, 0], [0, 1], [1, 0], [1, 1]], 3),
  ]

  @Test("is the mixture of all suffix trees", arguments: 0..<8)
  func mixture(seed: UInt64) {
    var random = RandomStream(seed: seed)
    let bits = (0..<60).map { _ in random.unit() < 0.3 ? 1 : 0 }
    func mixture(_ bits: [Int]) -> Double {
      Self.suffixTrees.reduce(0) { sum, tree in
        var probability = pow(0.5, Double(tree.cost))
        for leaf in tree.leaves {
          var counts = [0.0, 0.0]
          for (index, bit) in bits.enumerated() {
            let context = (1...2).map { index >= $0 ? bits[index - $0] : 0 }
            guard context.starts(with: leaf) else { continue }
            probability *= (counts[bit] + 0.5) / (counts[0] + counts[1] + 1)
            counts[bit] += 1
          }
        }
        return sum + probability
      }
    }
    var model = ContextTreeModel(code: bitCode, depth: 2)
    for (index, bit) in bits.enumerated() {
      let expected = mixture(Array(bits[...index])) / mixture(Array(bits[..<index]))
      // A few dozen products on either side.
      #expect(abs(model.probability(of: bit) / expected - 1) < 1e-12)
      model.learn(bit)
    }
  }

  /// ln P_w at the root, from the definition: of every context the estimates of all that followed it.
  private func logWeighted(
    _ bits: [Int], depth: Int, at times: [Int], context: Int = 0
  ) -> Double {
    var counts = [0.0, 0.0]
    var estimate = 0.0
    for time in times {
      estimate += log((counts[bits[time]] + 0.5) / (counts[0] + counts[1] + 1))
      counts[bits[time]] += 1
    }
    // Of one bit, or none, it is the estimate whatever the tree.
    if context == depth || times.count < 2 { return estimate }
    let children = (0..<2).reduce(0.0) { sum, bit in
      sum
        + logWeighted(
          bits, depth: depth,
          at: times.filter { ($0 > context ? bits[$0 - 1 - context] : 0) == bit }, context: context + 1)
    }
    let largest = max(estimate, children)
    return largest + log(0.5 * exp(estimate - largest) + 0.5 * exp(children - largest))
  }

  /// What repeats makes contexts agree far down; noise makes them part early; after a change they part late.
  @Test("is the full tree, at any depth", arguments: [1, 5, 20, 70, 200, 450], 0..<5)
  func fullTree(depth: Int, kind: Int) {
    var random = RandomStream(seed: UInt64(depth * 10 + kind))
    let bits = (0..<300).map { index in
      switch kind {
      case 0: random.integer(below: 2)
      case 1: [0, 1, 1, 0, 1][index % 5]
      case 2: index < 150 ? [0, 1, 1][index % 3] : [0, 0, 1, 0][index % 4]
      // All of the first 400 contexts end in zeros, and part again one by one.
      case 4: index < 200 ? 0 : [0, 0, 1][index % 3]
      default: random.unit() < 0.05 ? random.integer(below: 2) : index / 7 % 2
      }
    }
    let expected = logWeighted(bits, depth: depth, at: Array(bits.indices))
    // 300 sums of logarithms of a few hundred products.
    #expect(abs(learned(bits, depth: depth).logProbability - expected) < 1e-10)
  }

  /// In the second block contexts agree with those of the first, down to what was before it; in the third, a little less
  /// far: they part in the middle of what were chains of hundreds of nodes.
  @Test("parts long contexts anywhere", arguments: 0..<4)
  func longChains(seed: UInt64) {
    var random = RandomStream(seed: seed)
    let block = (0..<330).map { _ in random.integer(below: 2) }
    let bits =
      [0, 1] + block + [1, 0] + block + [1 - block[19]] + block[20...] + [1 - block[4]] + block[5...]
    let expected = logWeighted(bits, depth: 400, at: Array(bits.indices))
    #expect(abs(learned(bits, depth: 400).logProbability - expected) < 1e-9)
  }

  /// The root's ratio is 2^−5000 and smaller; the counts follow what came later as in the full tree.
  @Test("weighs what is out of the range of a number")
  func longHistory() {
    let bits = (0..<8000).map { $0 % 2 } + [Int](repeating: 1, count: 2000)
    let expected = logWeighted(bits, depth: 3, at: Array(bits.indices))
    #expect(abs(learned(bits, depth: 3).logProbability / expected - 1) < 1e-10)
  }

  @Test("is all but certain of what never changed")
  func certainty() {
    var model = learned((0..<400).map { [0, 1, 1, 0, 1][$0 % 5] }, depth: 8)
    for index in 400..<410 {
      let bit = [0, 1, 1, 0, 1][index % 5]
      #expect(model.probability(of: bit) > 0.99)
      model.learn(bit)
    }
  }

  // MARK: Percepts

  private static let code = PerceptCode(actionCount: 3, observationCount: 5, rewards: -2...4)

  /// A model of six bits a percept that has seen something.
  private func experienced(
    depth: Int = 30, steps: Int = 200, maximumNodeCount: Int = 1 << 20
  ) -> ContextTreeModel {
    var random = RandomStream(seed: 4)
    var model = ContextTreeModel(code: Self.code, depth: depth, maximumNodeCount: maximumNodeCount)
    for _ in 0..<steps {
      let action = random.integer(below: 3)
      model.take(action)
      model.learn(
        Self.code.percept(
          observation: (action + random.integer(below: 2)) % 5, reward: Reward(Double(action - 1))))
    }
    return model
  }

  @Test("gives all percepts together the probability 1", arguments: [1 << 20, 150])
  func total(maximumNodeCount: Int) {
    var model = experienced(maximumNodeCount: maximumNodeCount)
    for action in 0..<3 {
      model.take(action)
      let probabilities = model.perceptProbabilities()
      #expect(probabilities.count == 64)
      #expect(abs(probabilities.reduce(0, +) - 1) < 1e-13)
      #expect(probabilities.allSatisfy { $0 > 0 })
    }
  }

  /// The reward follows from the action, and the observation is one of two.
  @Test("learns what actions lead to")
  func actions() {
    var model = experienced(steps: 600)
    model.take(2)
    let likely = [2, 3].reduce(0) {
      $0 + model.probability(of: Self.code.percept(observation: $1, reward: 1))
    }
    #expect(likely > 0.95)
  }

  /// 64 percepts drawn 6000 times. The statistic of Pearson's test has 63 degrees of freedom and exceeds 125 with a
  /// probability of 5·10⁻⁶ (percepts that are expected less than once are left out, which only lowers it).
  @Test("draws percepts as often as it says")
  func draws() {
    var model = experienced()
    model.take(1)
    let probabilities = model.perceptProbabilities()
    var counts = [Double](repeating: 0, count: 64)
    var random = RandomStream(seed: 9)
    model.startImagining()
    for _ in 0..<6000 {
      counts[model.imaginePercept(isLast: false, using: &random)] += 1
      model.return()
    }
    model.stopImagining()
    let statistic = (0..<64).reduce(0.0) { sum, percept in
      let expected = 6000 * probabilities[percept]
      return expected < 1 ? sum : sum + (counts[percept] - expected) * (counts[percept] - expected) / expected
    }
    #expect(statistic < 125)
  }

  @Test("is, after imagining, what it was before, bit for bit", arguments: [1 << 20, 900, 150])
  func goingBack(maximumNodeCount: Int) {
    var model = experienced(maximumNodeCount: maximumNodeCount)
    let before = archived(model)
    var random = RandomStream(seed: 1)
    model.startImagining()
    for _ in 0..<40 {
      for step in 0..<12 {
        model.take(random.integer(below: 3))
        _ = model.imaginePercept(isLast: step == 11, using: &random)
      }
      model.return()
    }
    model.stopImagining()
    #expect(archived(model) == before)
  }

  /// Drawing a future and learning it are the same to what follows, unless nothing follows.
  @Test("takes what it imagined into account")
  func imagined() {
    var imagining = experienced()
    var random = RandomStream(seed: 2)
    imagining.take(0)
    imagining.startImagining()
    let percept = imagining.imaginePercept(isLast: false, using: &random)
    imagining.take(2)
    var learning = experienced()
    learning.take(0)
    learning.learn(percept)
    learning.take(2)
    #expect(imagining.perceptProbabilities() == learning.perceptProbabilities())
  }

  @Test("keeps to its memory, and counts what it ignores")
  func memory() {
    let whole = experienced()
    #expect(whole.nodeCount > 900)
    #expect(whole.ignoredContexts == 0)
    let bounded = experienced(maximumNodeCount: 300)
    #expect(bounded.nodeCount <= 300)
    #expect(bounded.ignoredContexts > 0)
    #expect(bounded.logProbability < whole.logProbability)
  }

  /// With room for its root alone, a tree is the estimate without context.
  @Test("looks at no context where there is no room")
  func roots() {
    let model = learned([0, 1, 0, 1, 1, 1, 1], depth: 12, maximumNodeCount: 3)
    #expect(model.nodeCount == 2)
    #expect(abs(exp(model.logProbability) * 2048 / 9 - 1) < 1e-14)
  }

  @Test("shares nothing with a copy")
  func copies() {
    let original = experienced()
    let before = archived(original)
    var copy = original
    copy.take(1)
    copy.learn(Self.code.percept(observation: 0, reward: 4))
    #expect(archived(original) == before)
    #expect(archived(copy) != before)
  }

  @Test("comes out of an archive as it went in, and goes on the same")
  func archiving() throws {
    var model = experienced()
    var archive = StateArchive()
    archive.put(model, as: "model")
    var restored = ContextTreeModel(code: Self.code, depth: 30, maximumNodeCount: 1 << 20)
    try archive.restore(&restored, from: "model")
    for _ in 0..<20 {
      model.take(2)
      model.learn(7)
      restored.take(2)
      restored.learn(7)
    }
    #expect(archived(restored) == archived(model))
  }

  @Test("refuses an archive of other trees, or of trees that run in circles")
  func badArchives() throws {
    var archive = StateArchive()
    archive.put(experienced(), as: "model")
    #expect(throws: DataError.self) {
      var other = ContextTreeModel(code: Self.code, depth: 31)
      try archive.restore(&other, from: "model")
    }
    #expect(throws: DataError.self) {
      var small = ContextTreeModel(code: Self.code, depth: 30, maximumNodeCount: 100)
      try archive.restore(&small, from: "model")
    }
    let circular = StateArchive(
      archive.tensors.map { tensor in
        guard tensor.name == "model.nodes.words" else { return tensor }
        var bytes = tensor.bytes
        // The children of the first node: itself.
        bytes.replaceSubrange(8..<12, with: [0, 0, 0, 0])
        return StoredTensor(
          name: tensor.name, elementType: tensor.elementType, shape: tensor.shape, bytes: bytes)
      })
    #expect(throws: DataError.self) {
      var model = ContextTreeModel(code: Self.code, depth: 30)
      try circular.restore(&model, from: "model")
    }
  }
}

@Suite("The bits of percepts")
struct PerceptCodeTests {
  @Test("has the published numbers of bits")
  func bits() {
    let tiger = PerceptCode(actionCount: 3, observationCount: 3, rewards: -100...10)
    #expect((tiger.actionBits, tiger.observationBits, tiger.rewardBits) == (2, 2, 7))
    let cheese = PerceptCode(actionCount: 4, observationCount: 16, rewards: -10...10)
    #expect((cheese.actionBits, cheese.observationBits, cheese.rewardBits) == (2, 4, 5))
    let maze = PerceptCode(actionCount: 2, observationCount: 1, rewards: 0...1)
    #expect((maze.actionBits, maze.observationBits, maze.rewardBits) == (1, 1, 1))
  }

  @Test("writes reward and observation side by side")
  func percepts() {
    let code = PerceptCode(actionCount: 3, observationCount: 3, rewards: -100...10)
    #expect(code.percept(observation: 2, reward: -1) == 99 * 4 + 2)
    #expect(code.observation(of: 99 * 4 + 2) == 2)
    #expect(code.reward(of: 99 * 4 + 2) == PredictedReward(-1))
  }

  @Test("writes the place of a listed reward, in as few bits as do")
  func listed() {
    let tiger = PerceptCode(actionCount: 3, observationCount: 3, rewards: -100...10)
      .listing([-100, -1, 10])
    #expect((tiger.actionBits, tiger.observationBits, tiger.rewardBits) == (2, 2, 2))
    #expect(tiger.rewards == -100...10)
    for (place, reward) in [-100, -1, 10].enumerated() {
      let percept = tiger.percept(observation: 1, reward: Reward(Double(reward)))
      #expect(percept == place * 4 + 1)
      #expect(tiger.reward(of: percept) == PredictedReward(Double(reward)))
    }
    // The fourth word of the two bits is none of them.
    #expect(tiger.reward(of: 3 * 4) == PredictedReward(10))
  }

  @Test("knows the reward that is nearest to none")
  func nearestToNone() {
    func nearest(_ rewards: ClosedRange<Int>) -> Int {
      PerceptCode(actionCount: 2, observationCount: 2, rewards: rewards).rewardNearestToNone
    }
    func nearest(of rewards: [Int]) -> Int {
      PerceptCode(actionCount: 2, observationCount: 2, listedRewards: rewards).rewardNearestToNone
    }
    #expect((nearest(-3...5), nearest(2...5), nearest(-5 ... -2)) == (0, 2, -2))
    #expect((nearest(of: [-100, -1, 10]), nearest(of: [-2, 2]), nearest(of: [3, 7])) == (-1, -2, 3))
  }

  @Test("takes no reward that it cannot write")
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      let code = PerceptCode(actionCount: 3, observationCount: 3, listedRewards: [-100, -1, 10])
      _ = code.percept(observation: 0, reward: 0)
    }
    await #expect(processExitsWith: .failure) {
      _ = PerceptCode(actionCount: 3, observationCount: 3, listedRewards: [10, -1])
    }
    await #expect(processExitsWith: .failure) {
      let code = PerceptCode(actionCount: 3, observationCount: 3, rewards: -100...10)
      _ = code.percept(observation: 0, reward: 0.5)
    }
    await #expect(processExitsWith: .failure) {
      let code = PerceptCode(actionCount: 3, observationCount: 3, rewards: -100...10)
      _ = code.percept(observation: 0, reward: 11)
    }
  }
}
