/// Draws stretches of experience out of a replay buffer that several copies of a world wrote side by side.
///
/// A stretch is of one copy, and of one episode: it may begin with any row, and where the episode or the experience ends
/// before the stretch does, it is either filled up or not drawn.
public struct SequenceSampler: Sendable, Hashable {
  /// What becomes of stretches that are cut short.
  public enum Ends: Sendable, Hashable {
    /// They are filled up with repetitions of their last row, and masked there: every row is equally likely to be the
    /// first of a stretch.
    case padded
    /// They are not drawn: every row that a whole stretch follows is equally likely to be the first.
    case whole
  }

  /// How many rows a stretch has.
  public let length: Int
  /// How many copies were stepped side by side in every step that is held.
  public let copies: Int
  /// What becomes of stretches that are cut short.
  public let ends: Ends

  /// Makes a sampler.
  ///
  /// - Parameters:
  ///   - length: how many rows a stretch has, at least 1.
  ///   - copies: how many copies were stepped side by side in every step that is held, at least 1.
  ///   - ends: what becomes of stretches that are cut short.
  public init(length: Int, copies: Int, ends: Ends) {
    precondition(length > 0, "length must be positive, but is \(length)")
    precondition(copies > 0, "copies must be positive, but is \(copies)")
    self.length = length
    self.copies = copies
    self.ends = ends
  }

  /// Draws stretches, independently of each other.
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - buffer: out of which.
  ///   - random: they are drawn from here.
  /// - Returns: the stretches; `nil` where there is none to be drawn.
  public func draw(
    _ count: Int, from buffer: ReplayBuffer<some ColumnarSpace>, using random: inout RandomStream
  ) -> Sequences? {
    guard buffer.count > 0 else { return nil }
    var result = Sequences(count: count, length: length)
    var wholes: [Int]?
    for sequence in 0..<count {
      var first = random.integer(below: buffer.count)
      if ends == .whole, extent(from: first, in: buffer) < length {
        // What is drawn again until it fits is as likely as what is drawn among all that fit.
        if wholes == nil { wholes = (0..<buffer.count).filter { extent(from: $0, in: buffer) == length } }
        guard let wholes, !wholes.isEmpty else { return nil }
        first = wholes[random.integer(below: wholes.count)]
      }
      fill(&result, sequence, from: first, in: buffer)
    }
    return result
  }

  /// How many rows a stretch has before it is cut short.
  private func extent(from first: Int, in buffer: ReplayBuffer<some ColumnarSpace>) -> Int {
    var row = first
    var extent = 1
    while extent < length, buffer.endings[row] == nil, let next = buffer.row(after: row, copies: copies) {
      row = next
      extent += 1
    }
    return extent
  }

  private func fill(
    _ result: inout Sequences, _ sequence: Int, from first: Int, in buffer: ReplayBuffer<some ColumnarSpace>
  ) {
    let extent = extent(from: first, in: buffer)
    var row = first
    for step in 0..<length {
      if step > 0, step < extent { row = (row + copies) % buffer.capacity }
      result.rows[sequence * length + step] = row
      result.mask[sequence * length + step] = step < extent ? 1 : 0
    }
  }
}

/// Stretches of experience, by the rows of the buffer they are in.
public struct Sequences: Sendable, Hashable {
  /// `[count × length]`, stretch by stretch.
  public var rows: [Int]
  /// `[count × length]`: 1 for what happened, 0 for what only fills a stretch up.
  public var mask: [Float]

  init(count: Int, length: Int) {
    rows = [Int](repeating: 0, count: count * length)
    mask = [Float](repeating: 0, count: count * length)
  }
}
