import Assay

/// A world model that knows no states: it predicts what is perceived next from all that was done and perceived.
///
/// What a ``WorldModel`` is handed, the latent, is here the whole history; so the model keeps it, and is walked along: a
/// planner tells it what is done, has it draw what is perceived, and takes it back to where it was. Copying the model
/// copies history and all.
///
/// Percepts are numbers, of which ``code`` says what they mean.
public protocol HistoryModel: Sendable {
  /// What percepts mean.
  var code: PerceptCode { get }

  /// The observation that came last, imagined ones included.
  var observation: Int { get }

  /// Takes note of an action.
  mutating func take(_ action: Int)

  /// Takes note of what was perceived after the latest action, and learns from it.
  mutating func learn(_ percept: Int)

  /// Takes note of what was perceived, and learns nothing.
  mutating func note(_ percept: Int)

  /// Marks the place in the history that ``return()`` goes back to.
  mutating func startImagining()

  /// Draws what is perceived after the latest action and takes note of it, as if it had happened.
  ///
  /// - Parameters:
  ///   - isLast: whether nothing will be drawn after it. Then nothing need be learned from it, and its reward alone
  ///     matters; its observation may be any.
  ///   - random: what chance there is comes from here.
  /// - Returns: the percept.
  mutating func imaginePercept(isLast: Bool, using random: inout RandomStream) -> Int

  /// Goes back to the mark. The model is then what it was there, bit for bit.
  mutating func `return`()

  /// Goes back to the mark, and gives it up.
  mutating func stopImagining()
}
