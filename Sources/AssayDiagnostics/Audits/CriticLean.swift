/// Which way a critic errs, as shares of the range.
struct CriticLean: Sendable, Hashable {
  /// Mean of V̂ − V over visits.
  var bias: Double
  /// Mean of Q̂ − (r + γPV̂) over visits for the greedy action.
  var chosenResidual: Double
  /// The same for all available actions alike.
  var meanResidual: Double

  init(bias: Double, chosenResidual: Double, meanResidual: Double) {
    self.bias = bias
    self.chosenResidual = chosenResidual
    self.meanResidual = meanResidual
  }

  /// The mean of several, at least one.
  init(meanOf leans: [CriticLean]) {
    let count = Double(leans.count)
    self.init(
      bias: leans.reduce(0) { $0 + $1.bias } / count,
      chosenResidual: leans.reduce(0) { $0 + $1.chosenResidual } / count,
      meanResidual: leans.reduce(0) { $0 + $1.meanResidual } / count)
  }
}
