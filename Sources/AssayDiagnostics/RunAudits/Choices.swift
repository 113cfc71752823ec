import Assay
import Foundation

/// The actions that an actor could have chosen, as far as they can be looked through.
struct Choices<ActionSpace: ColumnarSpace>: Sendable where ActionSpace.Element: Sendable {
  /// The actions, the same for every state.
  let actions: [ActionSpace.Element]
  /// Whether these are all there are; the best of a sample is no better than the best there is.
  let areAll: Bool
  /// The logarithm of the volume that they are spread over, in the box stretched to −1 … 1; 0 where they are numbered.
  let logVolume: Double
  /// The logarithm of the product of the half-widths: what turns a density over the space into one over that box.
  let logHalfWidths: Double

  /// How many actions of a line are looked at, and of a box of several coordinates.
  static var lineCount: Int { 65 }
  static var boxCount: Int { 256 }

  init(of space: ActionSpace, using random: inout RandomStream) {
    if let numbered = space as? DiscreteSpace, let all = Array(0..<numbered.count) as? [ActionSpace.Element] {
      (actions, areAll, logVolume, logHalfWidths) = (all, true, 0, 0)
      return
    }
    areAll = false
    guard let box = space as? BoxSpace else {
      actions = (0..<Self.boxCount).map { _ in space.sample(using: &random) }
      (logVolume, logHalfWidths) = (0, 0)
      return
    }
    logVolume = Double(box.count) * log(2)
    logHalfWidths = zip(box.low, box.high).reduce(0) { $0 + log(Double(($1.1 - $1.0) / 2)) }
    if box.count == 1 {
      // Evenly, the middle of each of so many pieces, so that their mean is the integral over the box.
      let width = (box.high[0] - box.low[0]) / Float(Self.lineCount)
      let line = (0..<Self.lineCount).map { [box.low[0] + (Float($0) + 0.5) * width] }
      actions = line as? [ActionSpace.Element] ?? []
    } else {
      actions = (0..<Self.boxCount).map { _ in space.sample(using: &random) }
    }
  }
}
