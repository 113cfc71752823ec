import Assay
import AssayEnvironments

extension Catalogue {
  /// Worlds that agree with Gymnasium's, step by step.
  static let standardWorlds: [EnvironmentEntry] = [
    frozenLake("frozen-lake-4x4", "slippery ice with holes, 4 by 4") { FrozenLake.fourByFourMap },
    frozenLake("frozen-lake-8x8", "the same, 8 by 8") { FrozenLake.eightByEightMap },
    EnvironmentEntry(
      "cliff-walking", "the short way runs along a cliff", source: "Gymnasium; S&B ex. 6.6"
    ) { _ in CliffWalking() },
  ]

  private static func frozenLake(
    _ name: String, _ summary: String, map: @escaping @Sendable () -> [String]
  ) -> EnvironmentEntry {
    let slippery = Variable(
      "slippery", "whether a move may go at a right angle to its direction", .choice(["yes", "no"]),
      standard: .word("yes"), isChangeable: true)
    return EnvironmentEntry(name, summary, source: "Gymnasium", variables: [slippery]) { settings in
      let isSlippery = slippery.value(in: settings) == .word("yes")
      return try FrozenLake(map: map(), isSlippery: isSlippery, name: name)
    }
  }
}
