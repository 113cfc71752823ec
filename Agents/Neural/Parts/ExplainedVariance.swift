/// 1 − Var(returns − values) / Var(returns): how much of what happened the critic foresaw; 0 where returns do not vary.
func explainedVariance(of returns: [Float], by values: [Float]) -> Double {
  var (sum, squares, restSum, restSquares) = (0.0, 0.0, 0.0, 0.0)
  for (target, value) in zip(returns, values) {
    sum += Double(target)
    restSum += Double(target) - Double(value)
  }
  let count = Double(max(returns.count, 1))
  for (target, value) in zip(returns, values) {
    let distance = Double(target) - sum / count
    let rest = Double(target) - Double(value) - restSum / count
    squares += distance * distance
    restSquares += rest * rest
  }
  return squares == 0 ? 0 : 1 - restSquares / squares
}
