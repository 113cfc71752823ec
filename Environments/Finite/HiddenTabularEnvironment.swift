import Assay

/// A world to step through that shows less than its state, made from a table: one read from a file, say.
///
/// The reward of a step is the expected training reward of its outcome; where the table gives a reward for
/// state and action alone, it is that. Where the table gives no first observation, an episode starts with one
/// observation more than it lists, which says nothing.
public struct HiddenTabularEnvironment: ListedHiddenEnvironment {
  var table: HiddenTable

  /// Makes a world from a table.
  public init(_ process: FinitePOMDP) { table = HiddenTable(process) }
}
