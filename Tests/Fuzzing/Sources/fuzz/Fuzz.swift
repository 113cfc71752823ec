import ArgumentParser
import Assay
import CHeapMeter
import Foundation
import Synchronization

@main
struct Fuzz: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fuzz",
    abstract: "Feeds damaged files to Assay's readers, and holds them to what they promise.",
    discussion: """
      The damage is to real files of each format, and to the text of their headers. No file may crash a reader, or make it read beyond its bytes (run this with --sanitize=address), or take more memory
      than in proportion to the file's size. A file that is accepted must be the same when written and read again. The same
      seed gives the same files. Exits with 1 if any promise is broken.
      """)

  @Option(help: "How many files.")
  var files = 1_000_000

  @Option(help: "The seed of the damage.")
  var seed: UInt64 = 0

  @Option(help: "The number of the first file.")
  var first = 0

  @Option(help: "How many threads.")
  var jobs = ProcessInfo.processInfo.activeProcessorCount

  @Option(help: ArgumentHelp("Write the first file to this path, and do nothing else.", valueName: "path"))
  var save: String?

  func validate() throws {
    guard files > 0 else { throw ValidationError("--files is \(files); allowed: at least 1") }
    guard first >= 0 else { throw ValidationError("--first is \(first); allowed: at least 0") }
    guard jobs > 0 else { throw ValidationError("--jobs is \(jobs); allowed: at least 1") }
  }

  func run() throws {
    let samples = try Samples()
    for format in Format.allCases {
      for file in samples.files(of: format) {
        guard case .accepted = check(file, as: format) else {
          throw ValidationError("a sample \(format) is not accepted")
        }
      }
    }
    if let save {
      try Data(Self.file(first, seed: seed, from: samples)).write(to: URL(fileURLWithPath: save))
      return
    }
    let isMetered = heap_meter_install()
    let started = ContinuousClock.now
    let startPeak = peakMemory()
    let progress = Progress(total: files)
    let tally = Mutex(Tally())
    // Blocks of files, taken up by whichever thread is free; sums do not depend on which.
    let blockSize = 1000
    let blockCount = (files + blockSize - 1) / blockSize
    let queue = OperationQueue()
    queue.maxConcurrentOperationCount = jobs
    for block in 0..<blockCount {
      queue.addOperation { [first, files, seed] in
        var own = Tally()
        for number in block * blockSize..<min(files, (block + 1) * blockSize) {
          own.add(first + number, seed: seed, samples: samples)
        }
        let done = tally.withLock {
          $0.merge(own)
          return $0.count
        }
        progress.show(done)
      }
    }
    queue.waitUntilAllOperationsAreFinished()
    progress.clear()

    let total = tally.withLock { $0 }
    print(total.text(isMetered: isMetered))
    let peak = peakMemory()
    // Each thread may hold an archive of zeros, inflated and copied.
    let bound = startPeak + (64 + 32 * jobs) << 20
    let seconds = (ContinuousClock.now - started) / .seconds(1)
    print(
      "peak memory \(peak >> 20) MiB, of at most \(bound >> 20) MiB; \(startPeak >> 20) MiB before the first file"
    )
    print("\(files) files of seed \(seed) in \(String(format: "%.1f", seconds)) s on \(jobs) threads")
    print(
      isMetered ? "with the address sanitiser" : "without the address sanitiser: allocations were not counted"
    )
    guard total.violations.isEmpty, peak <= bound else { throw ExitCode(1) }
  }

  /// The file of a number.
  static func file(_ number: Int, seed: UInt64, from samples: Samples) -> [UInt8] {
    var stream = RandomStream(seed: seed).substream(UInt64(number))
    return Mutations.file(of: format(number), from: samples, using: &stream)
  }

  static func format(_ number: Int) -> Format { Format.allCases[number % Format.allCases.count] }

  /// The most memory the process has had, in bytes.
  private func peakMemory() -> Int {
    var usage = rusage()
    #if os(Linux)
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
      return usage.ru_maxrss << 10
    #else
      getrusage(RUSAGE_SELF, &usage)
      return usage.ru_maxrss
    #endif
  }
}

/// What became of many files.
struct Tally: Sendable {
  struct Counts: Sendable {
    var accepted = 0
    var refused: [String: Int] = [:]
    var count: Int { accepted + refused.values.reduce(0, +) }
    /// The most heap that a reader and the check after it took.
    var peak = 0
    /// The most of it beyond the allowance, for each byte of the file.
    var largestRatio = 0.0
  }

  var counts = [Counts](repeating: Counts(), count: Format.allCases.count)
  var violations: [(number: Int, text: String)] = []

  var count: Int { counts.reduce(violations.count) { $0 + $1.count } }

  /// What a reader, and the check after it, may take whatever the file: for messages and, in archives, zlib's window and
  /// tables.
  ///
  /// What a file of a process may let wildcards stand for is bounded, whatever its size.
  static func allowance(_ format: Format) -> Int {
    switch format {
    case .safetensors, .array: 8 << 10
    case .archive: 64 << 10
    case .pomdp: 256 << 10
    // Foundation's reader of JSON, twice where a file may be of numbers that JSON does not have.
    case .recording: 64 << 10
    }
  }

  /// How many bytes of heap they may take beyond that for each byte of the file.
  static func limit(_ format: Format) -> Double {
    switch format {
    // Of a header with one-digit numbers, say, and of what the check writes and reads again.
    case .safetensors, .array: 16
    // The most that deflation gains, for an entry inflated, its numbers in order, the check's Float32, and its files.
    case .archive: 5 * 1032
    // Of a reward with one digit, say, which is kept under the names it is given for.
    case .pomdp: 128
    // Of a number with one digit in a row of its own, as the reader keeps it, as JSON and as what it means.
    case .recording: 64
    }
  }

  mutating func add(_ number: Int, seed: UInt64, samples: Samples) {
    let format = Fuzz.format(number)
    // Twice: for a crash in the making of the file, and for its memory not to count.
    heap_meter_start(UInt64(number))
    let file = Fuzz.file(number, seed: seed, from: samples)
    heap_meter_start(UInt64(number))
    let outcome = check(file, as: format)
    let peak = Int(heap_meter_peak())
    let ratio = Double(max(0, peak - Self.allowance(format))) / Double(max(1, file.count))
    counts[format.rawValue].peak = max(counts[format.rawValue].peak, peak)
    counts[format.rawValue].largestRatio = max(counts[format.rawValue].largestRatio, ratio)
    if ratio > Self.limit(format) {
      violations.append((number, "\(peak) bytes of memory for a \(format) file of \(file.count)"))
      return
    }
    switch outcome {
    case .accepted: counts[format.rawValue].accepted += 1
    case .refused(let kind): counts[format.rawValue].refused[kind, default: 0] += 1
    case .violation(let text): violations.append((number, "\(format): \(text)"))
    }
  }

  mutating func merge(_ other: Tally) {
    for index in counts.indices {
      counts[index].accepted += other.counts[index].accepted
      counts[index].refused.merge(other.counts[index].refused, uniquingKeysWith: +)
      counts[index].peak = max(counts[index].peak, other.counts[index].peak)
      counts[index].largestRatio = max(counts[index].largestRatio, other.counts[index].largestRatio)
    }
    violations += other.violations
  }

  func text(isMetered: Bool) -> String {
    var lines: [String] = []
    for format in Format.allCases {
      let counts = counts[format.rawValue]
      lines.append("\(format): \(counts.accepted) accepted, \(counts.count - counts.accepted) refused for")
      for (kind, count) in counts.refused.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
        lines.append("  " + String(repeating: " ", count: max(0, 9 - "\(count)".count)) + "\(count)  \(kind)")
      }
      if isMetered {
        lines.append(
          "  heap: at most \(counts.peak >> 10) KiB; beyond \(Self.allowance(format) >> 10) KiB, at most "
            + "\(String(format: "%.1f", counts.largestRatio)) bytes for each byte of a file "
            + "(allowed: \(Int(Self.limit(format))))")
      }
    }
    for violation in violations.sorted(by: { $0.number < $1.number }).prefix(20) {
      lines.append(
        "error: file \(violation.number): \(violation.text); to see it again: --files 1 --first \(violation.number)"
      )
    }
    if violations.count > 20 { lines.append("error: and \(violations.count - 20) more") }
    return lines.joined(separator: "\n")
  }
}

/// A line on a terminal that tells how far it has come; nothing elsewhere.
private struct Progress: Sendable {
  let total: Int
  private let isTerminal = isatty(STDERR_FILENO) == 1

  init(total: Int) { self.total = total }

  func show(_ done: Int) {
    if isTerminal { FileHandle.standardError.write(Data("\r\(done) of \(total) files".utf8)) }
  }

  func clear() {
    if isTerminal { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
  }
}
