import Assay
import AssayNetworks
import Foundation
import Testing

/// Files between Assay and other programs. Those in the resources were written by `make-files.py`.
@Suite("Files of other programs")
struct ForeignFilesTests {
  private static func check(_ tensors: [StoredTensor], against file: TensorFiles.File) throws {
    #expect(tensors.map(\.name).sorted() == file.tensors.keys.sorted())
    for tensor in tensors {
      let expected = try #require(file.tensors[tensor.name])
      #expect(
        tensor.elementType.rawValue == expected.dtype && tensor.shape == expected.shape, "\(tensor.name)")
      #expect(hexadecimal(tensor.bytes) == expected.bytes, "\(tensor.name)")
      // Bit for bit, but for NaN, whose sign and payload are anyone's.
      let floats = try tensor.floats()
      #expect(floats.count == expected.floats.count)
      for (float, bits) in zip(floats, expected.floats) {
        let wanted = Float(bitPattern: bits)
        #expect(wanted.isNaN ? float.isNaN : float.bitPattern == bits, "\(tensor.name)")
      }
    }
  }

  @Test("safetensors by the reference implementation", arguments: ["every-type", "network"])
  func safetensors(name: String) throws {
    let file = try #require(TensorFiles.expected().files["\(name).safetensors"])
    let read = try Safetensors(contentsOf: TensorFiles.url("\(name).safetensors"))
    try Self.check(read.tensors, against: file)
    #expect(read.metadata == file.metadata)
    // Every type was there, and what Assay writes are the same bytes.
    if name == "every-type" {
      #expect(Set(read.tensors.map(\.elementType)) == Set(StoredTensor.ElementType.allCases))
    }
    let shuffled = Safetensors(
      read.tensors.sorted { $0.bytes.count < $1.bytes.count }, metadata: read.metadata)
    #expect(try shuffled.bytes() == TensorFiles.bytes("\(name).safetensors"))
  }

  @Test(
    "NumPy archives: stored, deflated, zip64, streamed",
    arguments: ["stored", "deflated", "wide", "streamed"])
  func archives(name: String) throws {
    let file = try #require(TensorFiles.expected().files["\(name).npz"])
    let archive = try NumPyArchive(contentsOf: TensorFiles.url("\(name).npz"))
    try Self.check(archive.tensors, against: file)
    let first = try #require(archive.tensors.first)
    #expect(archive[first.name] == first && archive["nothing"] == nil)
  }

  @Test("NumPy arrays of each version of the format", arguments: ["version-1", "version-2", "version-3"])
  func arrays(name: String) throws {
    let file = try #require(TensorFiles.expected().files["\(name).npy"])
    let array = try NumPyArray(contentsOf: TensorFiles.url("\(name).npy"))
    try Self.check([array.tensor(named: "")], against: file)
  }

  @Test("an archive that inflates to hundreds of times its size")
  func zeros() throws {
    let file = try TensorFiles.bytes("zeros.npz")
    let size = 32 * 1024 * 4
    #expect(size > 250 * file.count)
    let zeros = StoredTensor(
      name: "zeros", shape: [32, 1024], floats: [Float](repeating: 0, count: 32 * 1024))
    #expect(try NumPyArchive(bytes: file).tensors == [zeros])
    // The array's header takes 128 bytes.
    #expect(throws: DataError.self) { _ = try NumPyArchive(bytes: file, limit: size + 127) }
    #expect(try NumPyArchive(bytes: file, limit: size + 128).tensors.count == 1)
  }

  /// Set to a Python with numpy and safetensors, for the test that runs it.
  private static let python = ProcessInfo.processInfo.environment["ASSAY_PYTHON"]

  @Test("the reference implementation reads what Assay writes", .enabled(if: python != nil))
  func writing() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var tensors = try Safetensors(contentsOf: TensorFiles.url("every-type.safetensors")).tensors
    tensors += try NumPyArchive(contentsOf: TensorFiles.url("deflated.npz")).tensors
    tensors.append(StoredTensor(name: "Assay's \"own\"\n\u{1}/θ", shape: [2, 1], floats: [.pi, -0.0]))
    let metadata = ["made by": "Assay ✓", "line": "a\nb\\\"", "": "empty"]
    let file = folder.appendingPathComponent("file.safetensors")
    let expected = folder.appendingPathComponent("expected.json")
    let described = Dictionary(
      uniqueKeysWithValues: tensors.map { tensor in
        let fields: [String: Any] = [
          "dtype": tensor.elementType.rawValue, "shape": tensor.shape, "bytes": hexadecimal(tensor.bytes),
        ]
        return (tensor.name, fields)
      })
    try JSONSerialization.data(withJSONObject: ["metadata": metadata, "tensors": described]).write(
      to: expected)
    for order in [Safetensors.Order.given, .sorted] {
      try Safetensors(tensors, metadata: metadata).write(to: file, order: order)
      let process = Process()
      process.executableURL = URL(fileURLWithPath: try #require(Self.python))
      process.arguments = [try TensorFiles.url("check-files.py").path, file.path, expected.path]
      try process.run()
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
    }
  }
}
