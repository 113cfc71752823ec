import Foundation
import Testing

@Suite("The help")
struct HelpTests {
  /// What is asked of the command, and the file that its answer stands in.
  static let pages = [
    ("--help", "help-assay.txt"), ("audit --help", "help-audit.txt"), ("solve --help", "help-solve.txt"),
    ("list --help", "help-list.txt"), ("matrix --help", "help-matrix.txt"), ("test --help", "help-test.txt"),
    ("scenario --help", "help-scenario.txt"), ("play --help", "help-play.txt"),
    ("train --help", "help-train.txt"), ("resume --help", "help-resume.txt"),
    ("evaluate --help", "help-evaluate.txt"), ("anatomy --help", "help-anatomy.txt"),
    ("compare --help", "help-compare.txt"), ("probe --help", "help-probe.txt"),
    ("plan --help", "help-plan.txt"), ("aixi --help", "help-aixi.txt"),
    ("render --help", "help-render.txt"), ("check-environment --help", "help-check-environment.txt"),
  ]

  @Test("a help page is, letter for letter, the one on file", arguments: pages)
  func golden(line: String, file: String) async throws {
    let page = try await Command.run(line: line)
    #expect(page.status == 0)
    #expect(page.error == "")
    // Where a page changes on purpose, record it anew with ASSAY_RECORD=1, and read what changed.
    if ProcessInfo.processInfo.environment["ASSAY_RECORD"] != nil {
      let resources = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Resources")
      try Data(page.output.utf8).write(to: resources.appending(path: file))
      return
    }
    let recorded = try String(contentsOfFile: Processes.resource(file), encoding: .utf8)
    #expect(page.output == recorded)
  }

  @Test("a help page has an example and no line of more than 80 columns", arguments: pages)
  func readable(line: String, file: String) async throws {
    let page = try await Command.run(line: line)
    #expect(page.output.contains(#/\nEXAMPLES?\n  assay [a-z-]+ /#))
    #expect(page.lines.filter { $0.count > 80 } == [])
  }

  @Test("every example in the help is understood", arguments: pages)
  func examples(line: String, file: String) async throws {
    let page = try await Command.run(line: line)
    let examples = page.output.replacing("\\\n", with: "").split(separator: "\n").filter {
      $0.hasPrefix("  assay ")
    }
    #expect(!examples.isEmpty)
    for example in examples {
      // None is run to its end: each is stopped by the first thing that is wrong with what is added to it.
      let (addition, status): (String, Int32) =
        switch example.split(separator: " ")[1] {
        case "audit" where example.contains(" runs/"): ("", 66)
        case "audit": (" --report none/report.html", 73)
        case "matrix": (" --steps 0", 64)
        case "test": (" --jobs 0", 64)
        case "train": (" --jobs 0", 64)
        case "probe": (" --steps 0", 64)
        case "plan" where example.contains("--trace"): (" --trace none/plan.html", 73)
        case "plan", "aixi": (" --simulations 0", 64)
        case "resume", "evaluate", "anatomy": ("", 66)
        case "compare": (" --scale cart-pole", 64)
        case "scenario" where example.contains(" run "): (" --jobs 0", 64)
        case "scenario" where example.contains(" > "): (" --jobs 0", 64)
        case "solve" where example.contains(".json"): ("", 66)
        default: ("", 0)
        }
      let answer = try await Command.run(
        line: example.dropFirst("  assay ".count).replacing(#/ > \S+/#, with: "") + addition)
      #expect(answer.status == status, "\(example): \(answer.error)")
      #expect(answer.errorLines.count == (status == 0 ? 0 : 1), "\(example): \(answer.error)")
    }
  }

  @Test("every subcommand is listed, and `help` opens its page")
  func subcommands() async throws {
    let page = try await Command.run("--help")
    let listing = try #require(page.output.split(separator: "SUBCOMMANDS:\n").last)
    let names = listing.matches(of: #/(?m)^  ([a-z-]+) /#).map { String($0.output.1) }
    #expect(
      names == [
        "audit", "test", "scenario", "solve", "list", "matrix", "train", "resume", "evaluate", "anatomy",
        "compare", "probe", "plan", "play", "aixi", "render", "check-environment",
      ])
    for name in names {
      #expect(try await Command.run("help", name).output == (try await Command.run(name, "--help").output))
    }
  }

  @Test("no arguments at all print the help")
  func nothing() async throws {
    let page = try await Command.run()
    #expect(page.status == 0)
    #expect(page.output == (try await Command.run("--help").output))
  }
}
