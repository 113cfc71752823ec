import ArgumentParser

/// Seeds as they are typed: `100..119`.
struct SeedRange: ExpressibleByArgument {
  var first: UInt64
  var last: UInt64

  init(first: UInt64, last: UInt64) {
    self.first = first
    self.last = last
  }

  init?(argument: String) {
    let ends = argument.components(separatedBy: "..").map { UInt64($0) }
    guard ends.count == 2, let first = ends[0], let last = ends[1], first <= last, last - first < 10_000
    else {
      return nil
    }
    self.init(first: first, last: last)
  }

  var defaultValueDescription: String { "\(first)..\(last)" }
  var seeds: [UInt64] { Array(first...last) }
}
