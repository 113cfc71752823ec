import AssayNetworks
import Testing

@Suite("Schedules")
struct ScheduleTests {
  private func values(_ schedule: Schedule, _ steps: [Int]) -> [Double] {
    steps.map { schedule.value(at: $0) }
  }

  // Values by hand; √2 and powers are rounded, the rest is exact.
  @Test("each kind has the values of its formula")
  func formulas() {
    #expect(values(0.5, [0, 7, 1_000_000]) == [0.5, 0.5, 0.5])
    #expect(
      values(.linear(from: 1, to: 0.5, over: 4), [0, 1, 2, 3, 4, 5]) == [1, 0.875, 0.75, 0.625, 0.5, 0.5])
    let cosine = values(.cosine(from: 2, to: 1, over: 4), [0, 1, 2, 3, 4, 9])
    let expected = [2, 1.5 + 0.353_553_390_593_273_8, 1.5, 1.5 - 0.353_553_390_593_273_8, 1, 1]
    for (value, wanted) in zip(cosine, expected) { #expect(abs(value - wanted) < 1e-15) }
    let decaying = values(.exponential(from: 8, factor: 0.25, every: 2), [0, 1, 2, 3, 4])
    for (value, wanted) in zip(decaying, [8.0, 4, 2, 1, 0.5]) { #expect(abs(value - wanted) < 1e-14) }
    #expect(values(.staircase(from: 8, factor: 0.25, every: 2), [0, 1, 2, 3, 4]) == [8, 8, 2, 2, 0.5])
  }

  @Test("a warm-up rises to where the next schedule begins, and hands over")
  func warmUp() {
    let schedule = Schedule.warmUp(over: 4, then: .linear(from: 1, to: 0, over: 2))
    #expect(values(schedule, [0, 1, 2, 3, 4, 5, 6, 7]) == [0.25, 0.5, 0.75, 1, 1, 0.5, 0, 0])
  }

  @Test("steps are not negative, and lengths positive")
  func mistakes() async {
    await #expect(processExitsWith: .failure) { _ = Schedule.constant(1).value(at: -1) }
    await #expect(processExitsWith: .failure) { _ = Schedule.linear(from: 1, to: 0, over: 0).value(at: 0) }
    await #expect(processExitsWith: .failure) {
      _ = Schedule.staircase(from: 1, factor: 0.5, every: 0).value(at: 0)
    }
    await #expect(processExitsWith: .failure) { _ = Schedule.warmUp(over: 0, then: 1).value(at: 0) }
  }
}
