import AssayReports

/// A name that is not registered, with the nearest one that is.
public struct UnknownName: Error, Hashable, CustomStringConvertible {
  /// What sort of thing was named: `environment`, `agent`.
  public let kind: String
  /// The name that is not known.
  public let name: String
  /// The names that are.
  public let known: [String]
  /// What else would have been allowed, in words.
  public var otherwise: String?

  public init(kind: String, name: String, known: [String], otherwise: String? = nil) {
    self.kind = kind
    self.name = name
    self.known = known
    self.otherwise = otherwise
  }

  public var description: String {
    let suggestion = nearest.map { "; did you mean '\($0)'?" } ?? ""
    let names = known.joined(separator: ", ") + (otherwise.map { ", " + $0 } ?? "")
    return
      (["no \(kind) is called '\(name)'\(suggestion)"] + TextLayout.wrapped("Known: " + names))
      .joined(separator: "\n")
  }

  /// The one that was probably meant: the first that starts like this, or else the one with the fewest
  /// mistakes.
  public var nearest: String? {
    if name.count >= 3, let whole = known.first(where: { $0.hasPrefix(name.lowercased()) }) { return whole }
    return known.map { ($0, Self.distance($0, name)) }.min { $0.1 < $1.1 }
      .flatMap { $0.1 <= max(2, name.count / 2) ? $0.0 : nil }
  }

  /// How many letters have to be changed, added, dropped or swapped with the next one (optimal string
  /// alignment).
  static func distance(_ left: String, _ right: String) -> Int {
    let (a, b) = (Array(left.lowercased()), Array(right.lowercased()))
    var rows = [[Int]](repeating: Array(0...b.count), count: a.count + 1)
    for i in 0...a.count { rows[i][0] = i }
    for i in a.indices {
      for j in b.indices {
        let change = rows[i][j] + (a[i] == b[j] ? 0 : 1)
        rows[i + 1][j + 1] = min(rows[i][j + 1] + 1, rows[i + 1][j] + 1, change)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          rows[i + 1][j + 1] = min(rows[i + 1][j + 1], rows[i - 1][j - 1] + 1)
        }
      }
    }
    return rows[a.count][b.count]
  }
}
