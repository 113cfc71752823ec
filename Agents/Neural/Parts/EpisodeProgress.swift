import Assay

/// Which steps since the last change of a policy belong to whole episodes of it, where each of several copies of a world
/// has to contribute as many episodes.
///
/// Were the episodes counted that end first, short ones would be too many among them.
struct EpisodeProgress: Sendable {
  /// How many episodes each copy has to contribute.
  let quota: Int
  /// After how many steps an episode counts as truncated.
  let longestEpisode: Int
  /// Rows of the whole episodes contributed so far, `step × copies + copy`, episode by episode.
  private(set) var rows: [Int] = []
  /// How many episodes each copy contributed.
  private var counts: [Int]
  /// How long the episode of each copy is so far.
  private var lengths: [Int]
  /// Whether it began before the last change.
  private var isStale: [Bool]
  /// How many steps were taken since the last change.
  private var steps = 0

  init(copies: Int, quota: Int, longestEpisode: Int) {
    self.quota = quota
    self.longestEpisode = longestEpisode
    counts = [Int](repeating: 0, count: copies)
    lengths = counts
    isStale = [Bool](repeating: false, count: copies)
  }

  /// Whether every copy has contributed what it has to.
  var isComplete: Bool { counts.allSatisfy { $0 >= quota } }

  /// Takes in a step of all copies.
  ///
  /// - Parameter endings: how episodes ended with the step; those that are too long are truncated.
  /// - Returns: the copies whose episode counts and ended with the step.
  @discardableResult
  mutating func advance(_ endings: inout [Ending?]) -> [Int] {
    precondition(endings.count == counts.count, "\(counts.count) copies cannot take \(endings.count) endings")
    var finished: [Int] = []
    for copy in endings.indices {
      lengths[copy] += 1
      if endings[copy] == nil && lengths[copy] >= longestEpisode { endings[copy] = .truncated }
      guard endings[copy] != nil else { continue }
      if !isStale[copy] && counts[copy] < quota {
        counts[copy] += 1
        let first = steps + 1 - lengths[copy]
        for step in first...steps { rows.append(step * endings.count + copy) }
        finished.append(copy)
      }
      lengths[copy] = 0
      isStale[copy] = false
    }
    steps += 1
    return finished
  }

  /// Counts from nothing: the policy was changed.
  mutating func startAgain() {
    rows.removeAll(keepingCapacity: true)
    for copy in counts.indices {
      counts[copy] = 0
      isStale[copy] = lengths[copy] > 0
    }
    steps = 0
  }
}

extension EpisodeProgress: Archivable {
  func archive(into archive: inout StateArchive) {
    archive.put(rows, as: "rows")
    archive.put(counts, as: "counts")
    archive.put(lengths, as: "lengths")
    archive.put(isStale.map { $0 ? 1 : 0 }, as: "isStale")
    archive.put([steps], as: "steps")
  }

  mutating func restore(from archive: StateArchive) throws(DataError) {
    rows = try archive.integers("rows")
    counts = try archive.integers("counts", count: counts.count)
    lengths = try archive.integers("lengths", count: counts.count)
    isStale = try archive.integers("isStale", count: counts.count).map { $0 == 1 }
    steps = try archive.integers("steps", count: 1)[0]
  }
}
