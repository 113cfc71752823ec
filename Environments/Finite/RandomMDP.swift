import Assay

/// Random sparse processes of any size, the same in every language that follows the rule below.
///
/// All randomness comes from one function of a seed, a stream and an index, in arithmetic on 64 bits that
/// wraps round:
///
///     z = G · (seed + index + 1) + D · stream
///     z ← (z ⊕ z/2³⁰) · BF58476D1CE4E5B9,  z ← (z ⊕ z/2²⁷) · 94D049BB133111EB,  z ← z ⊕ z/2³¹
///     u(stream, index) = ⌊z / 2¹¹⌋ · 2⁻⁵³             in [0, 1)
///
/// with G = 9E3779B97F4A7C15 and D = D1B54A32D192ED03, hexadecimal like the other two factors.
///
/// With S states, A actions and K successors, the k-th successor of action a in state s, both counted from 0,
/// has index j = (s·A + a)·K + k, and is
///
///     next        = ⌊u(1, j) · S⌋
///     weight      = u(2, j) + 0.001
///     probability = weight / (w₀ + w₁ + … of the same state and action, added in that order)
///
/// and the reward of action a in state s is u(3, s·A + a), whatever follows. A successor that is drawn twice
/// counts twice.
///
/// - **Observation**: the state, 0 to S − 1.
/// - **Action**: 0 to A − 1; A = 4 unless said otherwise.
/// - **Reward**: in [0, 1), the same each time for the same state and action.
/// - **Ending**: none. Each state is equally likely to be the first. γ = 0.99 unless said otherwise.
/// - **For**: processes without any structure that an agent, or a solver, might be lucky with.
/// - SeeAlso: Steele, Lea & Flood (2014), *Fast splittable pseudorandom number generators*, for the mixing
///   function.
public enum RandomMDP {
  /// Makes a process, named `random-` and the number of its states.
  ///
  /// A million states with 4 actions and 8 successors take about half a gigabyte, all of it the process's own
  /// columns.
  ///
  /// - Parameters:
  ///   - states: S, from 1 to 2³¹ − 1.
  ///   - actions: A, at least 1.
  ///   - successors: K, at least 1.
  ///   - seed: everything random in the process follows from it.
  ///   - discount: γ, in [0, 1].
  /// - Returns: the process, whose outcomes stand in the order in which they were drawn.
  public static func process(
    states: Int, actions: Int = 4, successors: Int = 8, seed: UInt64 = 7, discount: Double = 0.99
  ) -> FiniteMDP {
    precondition(
      states > 0 && states <= Int(Int32.max), "states must be in 1...\(Int32.max), but is \(states)")
    precondition(actions > 0, "actions must be positive, but is \(actions)")
    precondition(successors > 0, "successors must be positive, but is \(successors)")
    precondition(discount >= 0 && discount <= 1, "discount must be in [0, 1], but is \(discount)")
    let pairs = states * actions
    let rewards = column(count: pairs) { uniform(seed: seed, stream: 3, index: $0) }
    do {
      return try FiniteMDP(
        name: "random-\(states)", stateCount: states, actionCount: actions, discount: discount,
        initial: [Double](repeating: 1 / Double(states), count: states),
        rowStarts: column(count: pairs + 1) { $0 * successors },
        successors: column(count: pairs * successors) {
          Int32(uniform(seed: seed, stream: 1, index: $0) * Double(states))
        },
        probabilities: probabilities(pairs: pairs, successors: successors, seed: seed), terminals: [],
        rewards: [.init(name: "reward", expected: rewards)])
    } catch {
      preconditionFailure("\(error)")
    }
  }

  private static func probabilities(pairs: Int, successors: Int, seed: UInt64) -> [Double] {
    [Double](unsafeUninitializedCapacity: pairs * successors) { buffer, count in
      for start in stride(from: 0, to: pairs * successors, by: successors) {
        var sum = 0.0
        for entry in start..<start + successors {
          let weight = uniform(seed: seed, stream: 2, index: entry) + 0.001
          buffer[entry] = weight
          sum += weight
        }
        for entry in start..<start + successors { buffer[entry] /= sum }
      }
      count = pairs * successors
    }
  }

  /// Fills a column in place, so that a large process never exists twice.
  private static func column<Element>(count: Int, _ element: (Int) -> Element) -> [Element] {
    [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
      for index in 0..<count { buffer.initializeElement(at: index, to: element(index)) }
      initialized = count
    }
  }

  @inline(__always)
  private static func uniform(seed: UInt64, stream: UInt64, index: Int) -> Double {
    var z = 0x9E37_79B9_7F4A_7C15 &* (seed &+ UInt64(index) &+ 1) &+ 0xD1B5_4A32_D192_ED03 &* stream
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    z ^= z >> 31
    return Double(z >> 11) * 0x1p-53
  }
}
