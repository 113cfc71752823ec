import Assay
import AssayEnvironments

extension Catalogue {
  /// Games of two players, one of whom belongs to the world.
  static let games: [EnvironmentEntry] = []
}
