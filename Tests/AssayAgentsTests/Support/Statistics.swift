/// The mean of independent figures, and what it takes to tell whether it is as published.
///
/// Statistical tests here fix their seeds, and were designed to fail by chance for at most one set of seeds in
/// a million: means are compared with what was published to within 4.9 standard errors and half a unit of the
/// last published digit.
struct SampleMean {
  let mean: Double
  let standardError: Double

  init(_ sample: [Double]) {
    let count = Double(sample.count)
    let mean = sample.reduce(0, +) / count
    let squares = sample.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.mean = mean
    standardError = (squares / (count - 1) / count).squareRoot()
  }

  func agrees(with published: Double, roundedTo unit: Double) -> Bool {
    abs(mean - published) <= 4.9 * standardError + unit / 2
  }
}

/// The root of the mean squared difference.
func rootMeanSquare(_ one: some Sequence<Double>, _ other: some Sequence<Double>) -> Double {
  let squares = zip(one, other).map { ($0 - $1) * ($0 - $1) }
  return (squares.reduce(0, +) / Double(squares.count)).squareRoot()
}
