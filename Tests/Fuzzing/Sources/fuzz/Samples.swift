import Assay
import Foundation

/// The format of a file.
enum Format: Int, CaseIterable, CustomStringConvertible {
  case safetensors
  case array
  case archive
  case pomdp
  case recording

  var description: String {
    switch self {
    case .safetensors: "safetensors"
    case .array: "npy"
    case .archive: "npz"
    case .pomdp: "POMDP"
    case .recording: "recording"
    }
  }
}

/// Valid files of each format, from which others are made.
struct Samples: Sendable {
  var files: [[[UInt8]]]

  func files(of format: Format) -> [[UInt8]] { files[format.rawValue] }

  /// Processes with each kind of statement.
  private static let processes = [
    """
    # By names.
    discount: 0.95
    values: reward
    states: left right
    actions: listen open
    observations: hears-left hears-right
    start: 0.5 0.5
    T: listen identity
    T: open : left reset
    T: open : right
    0.25 0.75
    O: listen
    0.85 0.15
    0.15 0.85
    O: open uniform
    R: listen : * : * : * -1
    R: open : left : * : * -1.0e2
    R: open : right : left
    10 +20
    R: open : right : right : 1 2.5
    """,
    """
    # By numbers.
    values: cost discount: 1 observations: 3 actions: 2 states: 3
    start exclude: 1
    T: * uniform T: 0 : * : * 0 T: 0 : 0 : 1 1 T: 0 : 1 : 2 1 T: 0 : 2 : 0 1
    O: * : * 0.2 0.3 0.5 O: 1 : 2 uniform
    R: 0 : 0 1 2 3 4 5 6 7 8 9 R: * : 2 : 1 : 0 1
    """,
    "discount: 0 values: reward states: 1 actions: 1 observations: 1 start: 0 T: 0 1 O: 0 1 R: 0 : 0 1",
  ]

  /// Recordings with every field, with those that must be there, and with nothing in them.
  private static let recordings = [
    #"""
    {"env": "lever", "max_steps": 200, "note": "no \u00fc \ud83d\ude00 limit", "versions": {"python": "3.11", "": "\n"},
    "episodes": [{"kind": "random", "state_dtype": "float64", "initial_state": [0.5, -0], "actions": [1, 0],
    "observations": [[0.5], [2.5e-1]], "states": [[0.5, 1], [0.25, 1]], "rewards": [0, 1e300],
    "terminated": [false, true], "length": 2, "more": null}, {"kind": "policy", "initial_state": [1, 2],
    "actions": [[1]], "observations": [3], "rewards": [-4.9e-324], "terminated": [false]}], "seed": [{}, true]}
    """#,
    #"""
    {"episodes":[{"terminated":[false,false,true],"rewards":[1,2,3],"observations":[[1,2],[3,4],[5,6]],
    "actions":[[0.1,0.2],[0.3,0.4],[0.5,0.6]],"initial_state":[],"kind":""}],"env":""}
    """#,
    #"{"env":"a","episodes":[]}"#,
    #"{"env":"a","episodes":[{"kind":"","initial_state":1,"actions":[],"observations":[],"rewards":[],"terminated":[]}]}"#,
  ]

  /// A recording that makes as much as can be of few bytes: rows of one digit.
  private static let denseRecording: String = {
    let rows = Array(repeating: "[1]", count: 400).joined(separator: ",")
    let digits = Array(repeating: "1", count: 400).joined(separator: ",")
    let flags = Array(repeating: "false", count: 400).joined(separator: ",")
    return
      #"{"env":"","episodes":[{"kind":"","initial_state":[],"actions":[\#(rows)],"observations":[\#(rows)],"#
      + #""rewards":[\#(digits)],"terminated":[\#(flags)]}]}"#
  }()

  init() throws {
    // The files that the tests read too: every type of element, NumPy's and PyTorch's own, zip64, deflated.
    let resources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../../AssayNetworksTests/Resources").standardizedFileURL
    func read(_ names: String...) throws -> [[UInt8]] {
      try names.map { [UInt8](try Data(contentsOf: resources.appendingPathComponent($0))) }
    }
    // By hand, and not by the writer that is to be checked with it.
    let header = Array(
      #"""
      {"__metadata__": {"k": "\n\t\"\\ \u00fc", "": "\u0001"}, "c": {"shape": [0, 4], "dtype": "I64",
      "data_offsets": [25, 25]}, "a": {"dtype": "F32", "shape": [2, 3], "data_offsets": [1, 25]},
      "\ud83d\ude00\n/\r": {"dtype": "BOOL", "shape": [], "data_offsets": [0, 1]}}
      """#.utf8)
    let small = littleEndian(header.count, 8) + header + (0..<25).map { UInt8($0) }
    // A header that makes as much as can be of few bytes.
    let dense = Safetensors(
      (0..<25).map { StoredTensor(name: "\($0)", elementType: .uint8, shape: [0], bytes: []) }
        + [StoredTensor(name: "", elementType: .uint8, shape: Array(repeating: 0, count: 64), bytes: [])],
      metadata: Dictionary(uniqueKeysWithValues: (0..<25).map { ("\($0)", "") }))
    let safetensors =
      try read("every-type.safetensors", "network.safetensors")
      + [small, dense.bytes(), Safetensors([]).bytes()]
    let arrays = try read("version-1.npy", "version-2.npy", "version-3.npy")
    let archives =
      try read("stored.npz", "deflated.npz", "wide.npz", "streamed.npz", "zeros.npz") + [
        ZipArchive.bytes(of: [("a", arrays[0])])
      ]
    files = [
      safetensors, arrays, archives, Self.processes.map { Array($0.utf8) },
      (Self.recordings + [Self.denseRecording]).map { Array($0.utf8) },
    ]
  }
}

/// Writes zip archives without compression, for arrays that were changed before their checksums were taken.
enum ZipArchive {
  private static let remainders: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { remainder, _ in
      remainder & 1 == 1 ? remainder >> 1 ^ 0xEDB8_8320 : remainder >> 1
    }
  }

  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(0xFFFF_FFFF) { $0 >> 8 ^ remainders[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
  }

  static func bytes(of arrays: [(name: String, bytes: [UInt8])]) -> [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for array in arrays {
      let name = Array((array.name + ".npy").utf8)
      let size = littleEndian(array.bytes.count, 4)
      let common =
        littleEndian(20, 2) + littleEndian(0, 8) + littleEndian(Int(checksum(array.bytes)), 4) + size + size
        + littleEndian(name.count, 2) + littleEndian(0, 2)
      directory += littleEndian(0x0201_4B50, 4) + littleEndian(20, 2) + common + littleEndian(0, 10)
      directory += littleEndian(file.count, 4) + name
      file += littleEndian(0x0403_4B50, 4) + common + name + array.bytes
    }
    let count = littleEndian(arrays.count, 2)
    return file + directory + littleEndian(0x0605_4B50, 4) + littleEndian(0, 4) + count + count
      + littleEndian(directory.count, 4) + littleEndian(file.count, 4) + littleEndian(0, 2)
  }
}

/// The lowest bytes of a number, lowest first.
func littleEndian(_ value: Int, _ count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * min($0, 7))) }
}
