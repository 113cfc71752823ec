/// Traps unless everything that is known of a stretch of experience lies side by side: an array for each quantity,
/// `[steps × copies]`.
func checkStretch(of copies: Int, _ counts: (name: String, count: Int)...) {
  precondition(copies > 0, "copies must be positive, but is \(copies)")
  precondition(
    counts.allSatisfy { $0.count == counts[0].count && $0.count.isMultiple(of: copies) },
    "\(counts.map { "\($0.count) \($0.name)" }.joined(separator: ", ")) do not lie side by side in \(copies) copies"
  )
}

/// Traps unless γ or λ is a number from 0 to 1.
func checkFraction(_ number: Double, _ name: String) {
  precondition(number >= 0 && number <= 1, "\(name) must be in [0, 1], but is \(number)")
}
