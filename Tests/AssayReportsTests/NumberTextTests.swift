import AssayDiagnostics
import Testing

@testable import AssayReports

@Suite struct NumberTextTests {
  @Test(arguments: [
    (0.0, "0"), (-0.0, "0"), (1, "1.00"), (0.4124, "0.412"), (-13.21, "−13.2"), (999.6, "1,000"),
    (12_345, "12,345"), (-1_234_567, "−1,234,567"), (0.000123, "0.000123"), (0.000_021, "2.10×10⁻⁵"),
    (-3e12, "−3.00×10¹²"), (.nan, "–"), (.infinity, "∞"), (-.infinity, "−∞"), (0.09996, "0.100"),
  ]) func `numbers have three digits and a proper sign`(number: Double, text: String) {
    #expect(NumberText.number(number) == text)
  }

  @Test func `what is missing is a dash`() {
    #expect(NumberText.number(nil) == "–")
    #expect(NumberText.interval(nil) == "–")
    #expect(NumberText.share(nil) == "–")
    #expect(NumberText.share(.nan) == "–")
    #expect(NumberText.signed(nil) == "–")
    #expect(NumberText.signed(.nan) == "–")
  }

  @Test func `limits lose the zeros at their end`() {
    #expect(NumberText.trimmed(0.05) == "0.05")
    #expect(NumberText.trimmed(1) == "1")
    #expect(NumberText.trimmed(100) == "100")
    #expect(NumberText.trimmed(3e-7) == "3.00×10⁻⁷")
  }

  @Test func `a sign is shown, and rounding is not`() {
    #expect(NumberText.signed(0.25) == "+0.250")
    #expect(NumberText.signed(-0.25) == "−0.250")
    #expect(NumberText.signed(0) == "0")
    #expect(NumberText.signed(1e-16, scale: 0.4) == "0")
    #expect(NumberText.signed(1e-6, scale: 0.4) == "+1.00×10⁻⁶")
  }

  @Test func `an interval that has a width is shown in unbreakable brackets`() {
    #expect(
      NumberText.interval(Estimate(estimate: 0.4124, low: 0.405, high: 0.42, count: 10))
        == "0.412\u{A0}[0.405,\u{A0}0.420]")
    #expect(NumberText.interval(Estimate(estimate: 0.5, low: 0.5, high: 0.5, count: 1)) == "0.500")
  }

  @Test(arguments: [
    (0.0, 20_000.0, "0"), (20_000, 20_000, "20k"), (1500, 500, "1.5k"), (2_000_000, 1_000_000, "2M"),
    (-0.2, 0.1, "−0.2"), (0.05, 0.05, "0.05"), (0.1, 0.05, "0.10"), (500, 250, "500"), (3e9, 1e9, "3G"),
    (1e-17, 0.1, "0"),
  ]) func `ticks have suffixes and the decimals of their step`(value: Double, step: Double, text: String) {
    #expect(NumberText.tick(value, step: step) == text)
  }

  @Test func `amounts of memory are in binary units`() {
    #expect(NumberText.bytes(512) == "512 B")
    #expect(NumberText.bytes(68_608) == "67 KiB")
    #expect(NumberText.bytes(3 << 30) == "3 GiB")
  }

  @Test func `seeds are shown as runs`() {
    #expect(SeedList(seeds: [0, 1, 2, 3]).description == "0–3")
    #expect(SeedList(seeds: [9, 1, 4, 8, 7]).description == "1, 4, 7–9")
    #expect(SeedList(seeds: [5, 6]).description == "5, 6")
    #expect(SeedList(seeds: [.max - 1, .max, .max]).description == "\(UInt64.max - 1), \(UInt64.max)")
    #expect(SeedList(seeds: (0..<20).map { $0 * 2 }).description == "0, 2, 4, 6, 8, 10, …")
  }
}
