/// A game of two players without a word between them: one chooses a column with some probabilities, to earn
/// as much as can be, the other a row, to pay as little as can be.
///
///     max over b of min over rows i of Σ b(s) G(i, s)
///
/// It is solved as a linear program by the simplex method: maximise Σ y(i) where Σ y(i) G′(i, s) ≤ 1 in each
/// column and y ≥ 0, for payoffs G′ that were moved and scaled into [1, 2]. No trust is put into the
/// program's digits: whatever probabilities it arrives at, both of the values below are bounds.
///
/// - SeeAlso: Dantzig (1951), *A proof of the equivalence of the programming problem and the game problem*;
///   Bland (1977), *New finite pivoting rules for the simplex method*.
package struct MatrixGame: Sendable {
  /// b, `[columns]`, summing to 1 within rounding.
  package private(set) var belief: [Double]
  /// What b earns at the least: min over rows of Σ b(s) G(i, s). The game is worth no less.
  package private(set) var low: Double
  /// What the rows' probabilities pay at the most. The game is worth no more.
  package private(set) var high: Double

  /// Solves a game.
  ///
  /// - Parameters:
  ///   - payoffs: G, row by row; finite.
  ///   - columns: how many columns there are.
  package init(payoffs: [Double], columns: Int) {
    let rows = payoffs.count / columns
    precondition(
      rows > 0 && rows * columns == payoffs.count,
      "\(payoffs.count) payoffs do not divide into rows of \(columns)")
    let least = payoffs.reduce(.infinity, min)
    let range = payoffs.reduce(-.infinity, max) - least
    let scale = range > 0 ? 1 / range : 0
    // A row of the tableau is a column of the game: its payoffs, one slack, and what is left of 1.
    let width = rows + columns + 1
    var tableau = [Double](repeating: 0, count: (columns + 1) * width)
    for column in 0..<columns {
      for row in 0..<rows {
        tableau[column * width + row] = 1 + (payoffs[row * columns + column] - least) * scale
      }
      tableau[column * width + rows + column] = 1
      tableau[column * width + width - 1] = 1
    }
    for row in 0..<rows { tableau[columns * width + row] = -1 }
    var basis = (0..<columns).map { rows + $0 }
    Self.maximise(&tableau, width: width, basis: &basis)

    var mixture = [Double](repeating: 0, count: rows)
    for (column, member) in basis.enumerated() where member < rows {
      mixture[member] = max(tableau[column * width + width - 1], 0)
    }
    belief = (0..<columns).map { max(tableau[columns * width + rows + $0], 0) }
    Self.normalise(&mixture)
    Self.normalise(&belief)
    var low = Double.infinity
    var paid = [Double](repeating: 0, count: columns)
    for row in 0..<rows {
      var earned = 0.0
      for column in 0..<columns {
        let payoff = payoffs[row * columns + column]
        earned += belief[column] * payoff
        paid[column] += mixture[row] * payoff
      }
      low = min(low, earned)
    }
    self.low = low
    high = paid.reduce(-.infinity, max)
  }

  /// Pivots until no column of the tableau would raise the sum.
  private static func maximise(_ tableau: inout [Double], width: Int, basis: inout [Int]) {
    let columns = basis.count
    let threshold = 1e-12
    for pivot in 0..<50 * (width + 10) {
      // The steepest way up; after many steps the first one, which never goes in circles.
      var entering = -1
      var steepest = -threshold
      for index in 0..<width - 1 where tableau[columns * width + index] < steepest {
        entering = index
        if pivot > 5 * (width + 10) { break }
        steepest = tableau[columns * width + index]
      }
      if entering < 0 { return }
      var leaving = -1
      var least = Double.infinity
      for row in 0..<columns where tableau[row * width + entering] > threshold {
        let ratio = tableau[row * width + width - 1] / tableau[row * width + entering]
        if ratio < least || ratio == least && leaving >= 0 && basis[row] < basis[leaving] {
          (leaving, least) = (row, ratio)
        }
      }
      if leaving < 0 { return }
      let factor = 1 / tableau[leaving * width + entering]
      for index in 0..<width { tableau[leaving * width + index] *= factor }
      for row in 0...columns where row != leaving {
        let factor = tableau[row * width + entering]
        if factor == 0 { continue }
        for index in 0..<width {
          tableau[row * width + index] -= factor * tableau[leaving * width + index]
        }
      }
      basis[leaving] = entering
    }
  }

  private static func normalise(_ weights: inout [Double]) {
    let sum = weights.reduce(0, +)
    for index in weights.indices {
      weights[index] = sum > 0 ? weights[index] / sum : 1 / Double(weights.count)
    }
  }
}
