/// What was measured of one method.
struct Measurement: Codable {
  /// The seconds that each repetition took.
  var samples: [Double]
  /// How far the values are from the truth at the most.
  var error: Double
  /// The most memory that the process had in use.
  var peakBytes: Int

  /// The median.
  var seconds: Double { samples.median }

  /// Joins measurements of the same; `nil` where one is missing.
  static func joined(_ parts: [Measurement?]) -> Measurement? {
    let parts = parts.compactMap(\.self).count == parts.count ? parts.compactMap(\.self) : []
    guard var result = parts.first else { return nil }
    for part in parts.dropFirst() {
      result.samples += part.samples
      result.error = max(result.error, part.error)
      result.peakBytes = max(result.peakBytes, part.peakBytes)
    }
    return result
  }
}
