/// Seeds as people write them: `0–9`, or `1, 4, 7–9`.
package struct SeedList: CustomStringConvertible {
  package var seeds: [UInt64]

  package init(seeds: [UInt64]) { self.seeds = seeds }

  package var description: String {
    var runs: [(first: UInt64, last: UInt64)] = []
    for seed in seeds.sorted() {
      if let last = runs.last, seed == last.last || (last.last < .max && seed == last.last + 1) {
        runs[runs.count - 1].last = seed
      } else {
        runs.append((seed, seed))
      }
    }
    let shown = runs.prefix(6).map { run in
      switch run.last - run.first {
      case 0: "\(run.first)"
      case 1: "\(run.first), \(run.last)"
      default: "\(run.first)–\(run.last)"
      }
    }
    return shown.joined(separator: ", ") + (runs.count > 6 ? ", …" : "")
  }
}

/// A count with its noun: `1 seed`, `10 seeds`.
package func counted(_ count: Int, _ noun: String) -> String {
  "\(NumberText.count(count)) \(noun)\(count == 1 ? "" : "s")"
}
