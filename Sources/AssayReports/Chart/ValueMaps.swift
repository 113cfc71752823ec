import AssayDiagnostics
import Foundation

/// Learned and true values on the map with one scale, and their difference.
struct ValueMaps {
  var layout: MapLayout
  /// An error this large, in reward units, has the full colour, or the largest one where that is larger:
  /// small errors stay pale, whatever they are small beside.
  var tolerated: Double

  /// Three panels, in the order learned, true, error.
  var panels: [(title: String, isTruth: Bool, markup: Markup)] {
    [
      ("Learned value V̂", false, values("learned", "Learned values on the map", \.learnedValue)),
      ("True value V", true, values("true", "True values on the map", \.trueValue)),
      ("Error V̂ − V", false, errors),
    ]
  }

  /// The scale of both value maps.
  ///
  /// Where a learned value is far outside the true ones, the scale keeps to the true ones: a critic that
  /// diverged must not turn the truth into one colour.
  private var scale: (scale: Scale, isCut: Bool) {
    let truth = layout.values(of: \.trueValue)
    let all = truth + layout.values(of: \.learnedValue)
    let narrow = Scale(for: truth, from: 0, to: 1)
    let wide = Scale(for: all, from: 0, to: 1)
    let span = narrow.domain.high - narrow.domain.low
    guard truth.count > 1, span > 0.001 * abs(narrow.domain.high),
      wide.domain.high - wide.domain.low > 6 * span
    else { return (wide, false) }
    return (Scale(for: truth, from: 0, to: 1, padding: 0.5), true)
  }

  private func values(_ name: String, _ title: String, _ number: @escaping (StateRow) -> Double?) -> Markup {
    let (scale, isCut) = scale
    let (low, high) = scale.domain
    let numbers = layout.values(of: number)
    let largest = max(abs(low), abs(high))
    return MapPanel(
      id: "map-\(name)", title: title,
      description: "From \(NumberText.number(numbers.min())) to \(NumberText.number(numbers.max())).",
      layout: layout,
      legend: ColourLegend(
        ramp: ColourRamp.sequential,
        labels: [
          (isCut ? "≤ " : "") + NumberText.number(low), NumberText.number((low + high) / 2),
          (isCut ? "≥ " : "") + NumberText.number(high),
        ])
    ) { cell in
      guard let value = layout.value(cell, of: number) else { return MapPanel.Cell(text: NumberText.missing) }
      return MapPanel.Cell(
        fill: ColourRamp.sequential(scale.share(value)), text: Self.short(value, largest: largest))
    }.markup
  }

  private var errors: Markup {
    let numbers = layout.values(of: \.error)
    let largest = numbers.map { abs($0) }.max() ?? 0
    let size = max(largest, tolerated.isFinite ? tolerated : 0, 1e-9)
    return MapPanel(
      id: "map-error", title: "Errors of the critic on the map",
      description: "From \(NumberText.signed(numbers.min())) to \(NumberText.signed(numbers.max())); "
        + "orange where the critic promises too much, blue where too little.",
      layout: layout,
      legend: ColourLegend(
        ramp: { ColourRamp.diverging(2 * $0 - 1) },
        labels: ["\(NumberText.signed(-size)) too low", "0", "too high \(NumberText.signed(size))"])
    ) { cell in
      guard let value = layout.value(cell, of: \.error) else {
        return MapPanel.Cell(text: NumberText.missing)
      }
      return MapPanel.Cell(fill: ColourRamp.diverging(value / size), text: Self.short(value, largest: size))
    }.markup
  }

  /// As many decimals as give the largest number of the map two digits, and no zero before the point: what
  /// fits into a cell.
  static func short(_ value: Double, largest: Double) -> String {
    let largest = max(largest, abs(value))
    let exponent = largest.isFinite && largest > 0 ? Int(log10(largest).rounded(.down)) : 0
    if abs(value) >= 1000 { return NumberText.tick(value, step: pow(10, Double(exponent - 1))) }
    guard (-3..<6).contains(exponent) else { return NumberText.number(value, digits: 1) }
    var body = String(format: "%.\(max(0, 1 - exponent))f", abs(value))
    guard body.contains(where: { ("1"..."9").contains($0) }) else { return "0" }
    if body.hasPrefix("0.") { body.removeFirst() }
    return (value < 0 ? "−" : "") + body
  }
}
