import CMachine
import Foundation

/// How fast a product of matrices is, in each library.
struct ProductResult: Encodable {
  var name: String
  var operations: Double
  var ours: Pace?
  /// By the peer's word.
  var peers: [String: Pace]

  /// Their words, and what they are called.
  static let peerNames = [
    ("openblas", "OpenBLAS"), ("openblas-skylakex", "as SkylakeX"), ("numpy", "numpy"), ("torch", "torch"),
  ]
  private static let limit = Duration.seconds(60)
  private static let rounds = 3

  /// The fastest rate of any library, in operations a second.
  var bestRate: Double? { ([ours].compactMap(\.self) + peers.values).map { operations / $0.seconds }.max() }
  var openBLASRate: Double? {
    ["openblas", "openblas-skylakex"].compactMap { peers[$0] }.map { operations / $0.seconds }.max()
  }

  /// Ours and the peers in turn, several times, each time in a process of its own on the same core.
  static func measured(_ task: ProductTask, python: String?) throws -> ProductResult {
    var ours: [Pace?] = []
    var peers: [String: [Pace?]] = [:]
    let core = "\(assay_last_core())"
    for _ in 0..<rounds {
      ours.append(try once("product", task.argument, core: core))
      peers["openblas", default: []].append(try once("openblas", task.argument, core: core))
      if hasAVX512 {
        peers["openblas-skylakex", default: []].append(
          try once("openblas", task.argument, core: core, coreType: "SkylakeX"))
      }
      guard let python else { continue }
      for word in ["numpy", "torch"] {
        peers[word, default: []].append(
          try Child.measurement(
            URL(fileURLWithPath: python), [Child.script("product.py").path, word, task.argument, core],
            limit: limit))
      }
    }
    return ProductResult(
      name: task.name, operations: task.operations, ours: .joined(ours),
      peers: peers.compactMapValues(Pace.joined))
  }

  /// The network that is nearly all products, beside OpenBLAS's rate for one of them.
  static func measuredNetwork() throws -> ProductResult {
    let core = "\(assay_last_core())"
    let paces = try (0..<rounds).map { _ in try once("wide-network", "", core: core) }
    return ProductResult(
      name: "a network of them", operations: WideNetwork.operations, ours: .joined(paces), peers: [:])
  }

  private static func once(_ part: String, _ task: String, core: String, coreType: String? = nil) throws
    -> Pace?
  {
    var environment = ["OPENBLAS_NUM_THREADS": "1"]
    // Which of its kernels OpenBLAS takes: older releases don't know newer processors.
    environment["OPENBLAS_CORETYPE"] = coreType
    return try Child.measurement(
      Child.itself, ["measure-once", part, "--task", task, "--core", core], environment: environment,
      limit: limit)
  }

  private static var hasAVX512: Bool {
    (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.contains(" avx512f ") ?? false
  }

  // MARK: Printing

  static let heading =
    "\nProducts of matrices on one core: GFLOP/s\n\n" + Table.line("", ["ours"] + peerNames.map(\.1))

  var text: String {
    Table.line(
      name,
      ([ours] + Self.peerNames.map { peers[$0.0] }).map { pace in
        pace.map { Table.digits(operations / $0.seconds / 1e9) } ?? "–"
      })
  }

  /// For the network: whether it reaches enough of a product's rate.
  func verdict(besides product: ProductResult) -> String {
    let share = product.openBLASRate.flatMap { rate in ours.map { 100 * operations / $0.seconds / rate } }
    return "  " + Table.verdict("share of OpenBLAS's own rate", share, target: WideNetwork.target, unit: "%")
  }
}
