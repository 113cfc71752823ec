import AssayPlanning

/// From values to the colours of a plan's page: blue below the middle, orange above it.
struct PlanValues {
  /// What has the colour of paper: 0, or the root's value where all are on one side of 0.
  let middle: Double
  /// How far the strongest colours are from the middle, positive.
  let reach: Double

  init(of values: [Double], root: Double) {
    let low = values.min() ?? root
    let high = values.max() ?? root
    let middle = low < 0 && high > 0 ? 0 : root
    self.middle = middle
    reach = max(high - middle, middle - low, 1e-9 * abs(middle), 1e-12)
  }

  func colour(_ value: Double) -> ThemedColour { ColourRamp.diverging((value - middle) / reach) }

  /// A number on its colour.
  func cell(_ value: Double?) -> Markup {
    guard let value else { return "\(NumberText.missing)" }
    return
      "<span class=\"heat sample\" style=\"\(colour(value).cellStyle)\">\(NumberText.number(value))</span>"
  }

  var legend: ColourLegend {
    ColourLegend(
      ramp: { ColourRamp.diverging(2 * $0 - 1) },
      labels: [middle - reach, middle, middle + reach].map { NumberText.number($0) })
  }
}
