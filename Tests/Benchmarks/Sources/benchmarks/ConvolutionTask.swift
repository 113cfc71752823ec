import Assay
import AssayNetworks
import CMachine
import Foundation

/// A convolution of 64 images of 32 × 32 places, 3 × 3, from 16 to 32 channels.
struct ConvolutionTask {
  var isBackwardToo: Bool

  static let (batch, extent, channels, filters, kernel) = (64, 32, 16, 32, 3)
  static let all = [false, true].map { ConvolutionTask(isBackwardToo: $0) }

  var name: String { isBackwardToo ? "forward and backward" : "forward" }
  var word: String { isBackwardToo ? "both" : "forward" }

  /// Additions and multiplications; backward, of the gradients of the images and of the filters.
  var operations: Double {
    let places = Self.batch * Self.extent * Self.extent
    return Double(2 * places * Self.kernel * Self.kernel * Self.channels * Self.filters)
      * (isBackwardToo ? 3 : 1)
  }

  /// Ours; backward, from a weighted sum of the result.
  func pace() -> Pace {
    var store = ParameterStore()
    var stream = RandomStream(seed: 0)
    let network = store.add("net", owner: "net", role: .worldModel, writers: ["fit"], using: &stream) {
      Convolution(
        Self.channels, Self.filters, kernel: (Self.kernel, Self.kernel), geometry: .init(padding: (1, 1)),
        named: "filters", in: &$0)
    }
    let imageShape = [Self.batch, Self.extent, Self.extent, Self.channels]
    let resultShape = [Self.batch, Self.extent, Self.extent, Self.filters]
    var program = Program(reading: store) { trace in
      let images: Tensor4 = trace.input("images", imageShape)
      let result = network.layer(images)
      if isBackwardToo {
        let value = (result * trace.input("weights", resultShape)).sum()
        trace.output("gradient", gradient(of: value, withRespectTo: images))
        trace.loss("fit", value, reaching: [network.block])
      } else {
        trace.output("result", result)
      }
    }
    program.set("images", to: (0..<imageShape.reduce(1, *)).map { _ in Float(stream.normal()) })
    if isBackwardToo {
      program.set("weights", to: (0..<resultShape.reduce(1, *)).map { _ in Float(stream.normal()) })
    }
    let samples = quickSamples { program.run(reading: store) }
    return Pace(samples: samples, outcome: 0)
  }
}

/// How fast a convolution is, in each library.
struct ConvolutionResult: Encodable {
  var name: String
  var operations: Double
  var ours: Pace?
  /// By the peer's word.
  var peers: [String: Pace]

  private static let limit = Duration.seconds(60)
  private static let rounds = 3
  /// Their words, and what they are called.
  private static let peerNames = [("contiguous", "torch"), ("channels-last", "channels last")]

  static func measured(_ task: ConvolutionTask, python: String?) throws -> ConvolutionResult {
    let core = "\(assay_last_core())"
    var ours: [Pace?] = []
    var peers: [String: [Pace?]] = [:]
    for _ in 0..<rounds {
      ours.append(
        try Child.measurement(
          Child.itself, ["measure-once", "convolution", "--task", task.word, "--core", core], limit: limit))
      guard let python else { continue }
      for (word, _) in peerNames {
        peers[word, default: []].append(
          try Child.measurement(
            URL(fileURLWithPath: python), [Child.script("convolution.py").path, word, task.word, core],
            limit: limit))
      }
    }
    return ConvolutionResult(
      name: task.name, operations: task.operations, ours: .joined(ours),
      peers: peers.compactMapValues(Pace.joined))
  }

  static let heading =
    """

    A convolution of 64 images of 32 × 32, 3 × 3, 16 to 32 channels, on one core: milliseconds

    """
    + Table.line("", ["ours"] + peerNames.map(\.1) + ["GFLOP/s"])

  var text: String {
    guard let ours else { return Table.line(name, ["failed"]) }
    let columns =
      [Table.digits(ours.seconds * 1e3)]
      + Self.peerNames.map { word, _ in peers[word].map { Table.digits($0.seconds * 1e3) } ?? "–" }
      + [Table.digits(operations / ours.seconds / 1e9)]
    let better = peers.values.map(\.seconds).min()
    return Table.line(name, columns) + "\n  "
      + Table.verdict("the better of torch's", better.map { $0 / ours.seconds }, target: 1)
  }
}
