import Assay
import AssayEnvironments
import Foundation
import Testing

@Suite("Running statistics")
struct RunningStatisticsTests {
  private static func statistics(of values: [Double]) -> RunningStatistics {
    var statistics = RunningStatistics(width: 1)
    for value in values { statistics.update(with: [value]) }
    return statistics
  }

  @Test("mean and variance are those of all that came")
  func moments() {
    let some = Self.statistics(of: [2, 4, 4, 4, 5, 5, 7, 9])
    #expect(some.count == 8 && abs(some.mean[0] - 5) < 1e-14 && abs(some.variance(of: 0) - 4) < 1e-14)
    let none = RunningStatistics(width: 2)
    #expect(none.count == 0 && none.mean == [0, 0] && none.variance(of: 1) == 0)
    #expect(Self.statistics(of: [3]).variance(of: 0) == 0)
  }

  @Test("a large mean costs no digits of the variance")
  func cancellation() {
    // 4, 7, 13, 16 have variance 22.5; E[x²] − E[x]² in double precision would say 0 or 128.
    let some = Self.statistics(of: [4, 7, 13, 16].map { 1e9 + $0 })
    #expect(abs(some.variance(of: 0) - 22.5) < 1e-6)
  }

  @Test("two become one as if all had come to it")
  func merging() {
    var one = Self.statistics(of: [2, 4, 4, 4])
    #expect(one.mean == [3.5] && one.squares == [3])
    one.merge(with: Self.statistics(of: [5, 5, 7, 9]))
    #expect(one.count == 8 && one.mean == [5] && one.squares == [32])
    let before = one
    one.merge(with: RunningStatistics(width: 1))
    #expect(one == before)
    var none = RunningStatistics(width: 1)
    none.merge(with: before)
    #expect(none == before)
  }

  @Test("frozen ones stay as they are")
  func freezing() {
    var some = Self.statistics(of: [1, 3])
    some.isFrozen = true
    let before = some
    some.update(with: [100])
    some.merge(with: Self.statistics(of: [7]))
    #expect(some == before)
  }

  @Test("stored ones come back, and what is none is refused")
  func storing() throws {
    var some = Self.statistics(of: [1, 3, 0.1])
    some.isFrozen = true
    let stored = try JSONEncoder().encode(some)
    #expect(try JSONDecoder().decode(RunningStatistics.self, from: stored) == some)
    for wrong in [
      #"{"count":-1,"mean":[0],"squares":[0],"isFrozen":false}"#,
      #"{"count":1,"mean":[],"squares":[],"isFrozen":false}"#,
      #"{"count":1,"mean":[0,1],"squares":[0],"isFrozen":false}"#,
      #"{"count":1,"mean":[0],"squares":[-1],"isFrozen":false}"#,
    ] {
      #expect(throws: DataError.self) {
        try JSONDecoder().decode(RunningStatistics.self, from: Data(wrong.utf8))
      }
    }
  }

  @Test("a number that is none is a programmer's mistake")
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      var some = RunningStatistics(width: 1)
      some.update(with: [.nan])
    }
  }
}
