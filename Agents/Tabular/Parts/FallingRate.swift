import Assay

/// A step size, either fixed or falling over a run.
struct FallingRate: Sendable {
  /// The rate, or the smallest one where it falls, in (0, 1].
  let smallest: Double
  /// Where it starts, in (0, 1].
  let largest: Double
  /// Over how many steps it falls; `nil` where it does not.
  let runLength: Int?

  init(smallest: Double, largest: Double = 1, runLength: Int?) {
    precondition(smallest > 0 && smallest <= 1, "a smallest rate must be in (0, 1], but is \(smallest)")
    precondition(largest > 0 && largest <= 1, "a largest rate must be in (0, 1], but is \(largest)")
    if let runLength { precondition(runLength > 0, "runLength must be positive, but is \(runLength)") }
    self.smallest = smallest
    self.largest = largest
    self.runLength = runLength
  }

  /// The rate at a step of the run: with the cube of what is left, large for long enough to forget how things
  /// started, and small for long enough to average.
  func callAsFunction(at step: Int) -> Double {
    guard let runLength else { return smallest }
    let left = max(1 - Double(step) / Double(runLength), 0)
    return max(smallest, largest * left * left * left)
  }
}
