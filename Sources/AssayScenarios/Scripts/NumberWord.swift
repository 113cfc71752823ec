/// Numbers as people write them in scenarios: `0.9`, `20k`, `1.5M`.
enum NumberWord {
  /// The number; `nil` for a text that is none, and for one that is not finite.
  static func number(_ text: String) -> Double? {
    guard let match = text.wholeMatch(of: #/([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?)([kM]?)/#),
      let value = Double(match.1)
    else { return nil }
    let scaled = value * (match.2 == "k" ? 1e3 : match.2 == "M" ? 1e6 : 1)
    return scaled.isFinite ? scaled : nil
  }

  /// The whole number; `nil` for a text that is none, and beyond 2⁵³.
  static func integer(_ text: String) -> Int? {
    guard let value = number(text), value == value.rounded(), abs(value) <= 9_007_199_254_740_992 else {
      return nil
    }
    return Int(value)
  }
}

extension Setting: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral {
  public init(stringLiteral value: String) { self = .word(value) }
  public init(integerLiteral value: Int) { self = .number(Double(value)) }
  public init(floatLiteral value: Double) { self = .number(value) }
}
