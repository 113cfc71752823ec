import AssayDiagnostics
import Foundation

/// Numbers as people read them: few significant digits, a proper minus sign, and – for what is missing.
package enum NumberText {
  /// What stands for a number that is not there, or is not a number.
  package static let missing = "–"

  /// Three significant digits: `0.412`, `−13.2`, `12,345`, `2.10×10⁻⁵`.
  package static func number(_ value: Double?, digits: Int = 3) -> String {
    guard let value, !value.isNaN else { return missing }
    guard value != 0 else { return "0" }
    let sign = value < 0 ? "−" : ""
    guard value.isFinite else { return sign + "∞" }
    let (mantissa, exponent) = scientific(abs(value), digits: digits)
    guard (-4..<7).contains(exponent) else { return "\(sign)\(mantissa)×10\(superscript(exponent))" }
    let body = String(format: "%.\(max(0, digits - 1 - exponent))f", abs(value))
    return sign + (exponent < 3 ? body : grouped(body))
  }

  /// The same without zeros at the end: `0.05`. For limits that people chose.
  package static func trimmed(_ value: Double?) -> String {
    var text = number(value)
    guard text.contains("."), !text.contains("×") else { return text }
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }

  /// With its sign, also when positive. What is a billionth of `scale` or less is rounding, and shown as 0.
  package static func signed(_ value: Double?, scale: Double = 0) -> String {
    guard let value, abs(value) > 1e-9 * abs(scale) else { return value?.isNaN == false ? "0" : missing }
    return (value > 0 ? "+" : "") + number(value)
  }

  /// A number with its interval: `0.412 [0.405, 0.419]`; without it where it has no width. Its spaces do not
  /// break.
  package static func interval(_ estimate: Estimate?) -> String {
    guard let estimate else { return missing }
    guard estimate.low != estimate.high else { return number(estimate.estimate) }
    return "\(number(estimate.estimate))\u{A0}[\(number(estimate.low)),\u{A0}\(number(estimate.high))]"
  }

  /// A number of which what is less than a billionth is rounding, and shown as 0.
  package static func rounded(_ value: Double?) -> String {
    number(value.map { abs($0) < 1e-9 ? 0 : $0 })
  }

  /// A share in per cent: `12.3%`.
  package static func share(_ value: Double?) -> String {
    guard let value, value.isFinite else { return missing }
    return number(value * 100) + "%"
  }

  /// A whole number with its thousands apart: `200,000`.
  package static func count(_ value: Int) -> String {
    (value < 0 ? "−" : "") + grouped(String(value.magnitude))
  }

  /// An amount of memory: `512 B`, `16 KiB`.
  package static func bytes(_ value: Int) -> String {
    guard value >= 10_240 else { return count(value) + " B" }
    var amount = Double(value) / 1024
    var units = ["KiB", "MiB", "GiB", "TiB"][...]
    while amount >= 1024, units.count > 1 {
      amount /= 1024
      units.removeFirst()
    }
    return "\(trimmed(amount)) \(units.first ?? "")"
  }

  /// A number at an axis, with as many decimals as the step between ticks asks for: `0.05`, `20k`, `1.5M`.
  package static func tick(_ value: Double, step: Double) -> String {
    guard value.isFinite, abs(value) > step / 1000 else { return "0" }
    guard abs(value) < 1e15, step >= 1e-5 else { return number(value) }
    let units: [(size: Double, suffix: String)] = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1, "")]
    let unit = units.first { abs(value) >= $0.size } ?? (1, "")
    let decimals = min(6, max(0, -Int((log10(step / unit.size) + 1e-9).rounded(.down))))
    var body = String(format: "%.\(decimals)f", abs(value) / unit.size)
    if unit.size > 1, body.contains(".") {
      while body.hasSuffix("0") { body.removeLast() }
      if body.hasSuffix(".") { body.removeLast() }
    }
    return (value < 0 ? "−" : "") + body + unit.suffix
  }

  private static func scientific(_ magnitude: Double, digits: Int) -> (mantissa: String, exponent: Int) {
    let parts = String(format: "%.\(digits - 1)e", magnitude).split(separator: "e")
    return (String(parts[0]), Int(parts[1]) ?? 0)
  }

  private static func superscript(_ exponent: Int) -> String {
    let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
    return String(String(exponent).map { $0 == "-" ? "⁻" : digits[$0.wholeNumberValue ?? 0] })
  }

  private static func grouped(_ digits: String) -> String {
    var result = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { result.append(",") }
      result.append(digit)
    }
    return result
  }
}
