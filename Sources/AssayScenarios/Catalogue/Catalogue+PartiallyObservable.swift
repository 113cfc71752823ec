import Assay
import AssayEnvironments

extension Catalogue {
  /// Worlds that show less than there is.
  static let partiallyObservableWorlds: [EnvironmentEntry] = []
}
