import Foundation

/// A safetensors file: named tensors, and a few words about them.
///
///     8 bytes   n, the length of the header, little-endian
///     n bytes   JSON: {"__metadata__": {"key": "text"}, "name": {"dtype": "F32", "shape": [2, 3],
///               "data_offsets": [0, 24]}, …}, then spaces
///     the rest  the tensors' bytes, without holes
///
/// Reading trusts nothing: a value of this type came from a file that was consistent to the last byte, and took memory
/// in proportion to the file's size, whatever the file claims.
///
/// - SeeAlso: [The format](https://github.com/huggingface/safetensors#format).
public struct Safetensors: Sendable, Hashable {
  /// The tensors, in the order in which their bytes lie in the file. No two have the same name.
  public let tensors: [StoredTensor]
  /// What the file says about itself.
  public let metadata: [String: String]

  /// How the tensors are arranged in a file.
  public enum Order: Sendable, Hashable {
    /// As they are in ``Safetensors/tensors``.
    case given
    /// By type of element, the widest first, then by name: so every tensor is aligned, and the bytes are those
    /// that the reference implementation writes.
    case sorted
  }

  /// The longest header that is read or written: the reference implementation's limit, in bytes.
  public static let headerLimit = 100_000_000

  /// The key under which a header holds the metadata, and which no tensor can have.
  static let metadataKey = "__metadata__"

  /// Gathers tensors for a file.
  ///
  /// - Parameters:
  ///   - tensors: with names of their own, none of them `__metadata__`.
  ///   - metadata: anything worth knowing.
  public init(_ tensors: [StoredTensor], metadata: [String: String] = [:]) {
    var names: Set<String> = []
    for tensor in tensors {
      precondition(names.insert(tensor.name).inserted, "there are two tensors named \(tensor.name)")
      precondition(
        tensor.name != Self.metadataKey, "a tensor cannot be named \(Self.metadataKey): that is the metadata")
    }
    self.tensors = tensors
    self.metadata = metadata
  }

  /// The tensor with a name, or `nil`.
  public subscript(name: String) -> StoredTensor? { tensors.first { $0.name == name } }
}

// MARK: Writing

extension Safetensors {
  /// The bytes of the file: the same for the same tensors and metadata.
  public func bytes(order: Order = .sorted) -> [UInt8] {
    let arranged =
      switch order {
      case .given: tensors
      case .sorted:
        tensors.sorted { one, other in
          one.elementType == other.elementType
            ? one.name.utf8.lexicographicallyPrecedes(other.name.utf8)
            : other.elementType.rank < one.elementType.rank
        }
      }
    var header = Array(headerText(of: arranged).utf8)
    // The data then start at a multiple of eight bytes.
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
    precondition(
      header.count <= Self.headerLimit,
      "the header of a file may have \(Self.headerLimit) bytes, but would have \(header.count)")

    var file: [UInt8] = []
    file.reserveCapacity(8 + header.count + arranged.reduce(0) { $0 + $1.bytes.count })
    for shift in stride(from: 0, to: 64, by: 8) {
      file.append(UInt8(truncatingIfNeeded: header.count >> shift))
    }
    file += header
    for tensor in arranged { file += tensor.bytes }
    return file
  }

  /// Writes the file: as a whole, or not at all.
  ///
  /// The bytes go to a temporary file in the same folder, which is synced to the disk and then renamed.
  ///
  /// - Parameters:
  ///   - url: the file's place; what is there is replaced.
  ///   - order: how the tensors are arranged.
  /// - Throws: ``DataError`` with the system's reason where the file cannot be written.
  public func write(to url: URL, order: Order = .sorted) throws(DataError) {
    try WholeFile.write(bytes(order: order), to: url)
  }

  private func headerText(of arranged: [StoredTensor]) -> String {
    var members: [String] = []
    if !metadata.isEmpty {
      let entries = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        .map { "\(Self.quoted($0.key)):\(Self.quoted($0.value))" }
      members.append("\"\(Self.metadataKey)\":{\(entries.joined(separator: ","))}")
    }
    var offset = 0
    for tensor in arranged {
      let end = offset + tensor.bytes.count
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      members.append(
        "\(Self.quoted(tensor.name)):{\"dtype\":\"\(tensor.elementType.rawValue)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    return "{\(members.joined(separator: ","))}"
  }

  /// A string as JSON has it.
  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\u{8}": quoted += "\\b"
      case "\t": quoted += "\\t"
      case "\n": quoted += "\\n"
      case "\u{C}": quoted += "\\f"
      case "\r": quoted += "\\r"
      case "\0"..<" ":
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}

extension StoredTensor.ElementType {
  /// The place in the order of ``Safetensors/Order/sorted``, which is that of the cases.
  fileprivate var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

// MARK: Reading

extension Safetensors {
  /// Reads a file.
  ///
  /// - Parameter url: a regular file.
  /// - Throws: ``DataError`` that names the file, the field and the value.
  public init(contentsOf url: URL) throws(DataError) {
    let bytes = try WholeFile.read(url)
    do { try self.init(bytes: bytes) } catch { throw error.from(url.path) }
  }

  /// Reads the bytes of a file.
  public init(data: Data) throws(DataError) { try self.init(bytes: [UInt8](data)) }

  /// Reads the bytes of a file.
  ///
  /// Fields of the header may come in any order; those the format does not know are refused, as is any key that comes
  /// twice. Names that Unicode holds to be the same are the same name.
  ///
  /// - Parameter file: all of it.
  /// - Throws: ``DataError`` that names the field and the value.
  public init(bytes file: [UInt8]) throws(DataError) {
    guard file.count >= 8 else {
      throw DataError(
        field: "the file", value: "\(file.count) bytes long",
        allowed: "at least the 8 bytes of the header's length")
    }
    let length = (0..<8).reduce(UInt64(0)) { $0 | UInt64(file[$1]) << UInt64(8 * $1) }
    guard length <= UInt64(Self.headerLimit) else {
      throw DataError(
        field: "the header's length", value: "\(length)", allowed: "at most \(Self.headerLimit) bytes")
    }
    guard length <= UInt64(file.count - 8) else {
      throw DataError(
        field: "the header's length", value: "\(length)",
        allowed: "at most the \(file.count - 8) bytes that follow it")
    }
    let dataStart = 8 + Int(length)
    var reader = SafetensorsHeader(file, in: 8..<dataStart)
    try reader.read()

    let entries = try Self.arranged(reader.entries, dataCount: file.count - dataStart)
    tensors = entries.map { entry in
      StoredTensor(
        name: entry.name, elementType: entry.elementType, shape: entry.shape,
        bytes: Array(file[dataStart + entry.start..<dataStart + entry.end]))
    }
    metadata = reader.metadata
  }

  /// The entries in the order of their bytes, which they must cover without holes.
  private static func arranged(
    _ entries: [SafetensorsHeader.Entry], dataCount: Int
  ) throws(DataError) -> [SafetensorsHeader.Entry] {
    for entry in entries { try entry.check(dataCount: dataCount) }
    // Tensors without elements share their place with others: they keep the order of the header.
    let arranged = entries.enumerated().sorted { one, other in
      (one.element.start, one.element.end, one.offset) < (
        other.element.start, other.element.end, other.offset
      )
    }
    .map(\.element)
    var end = 0
    for entry in arranged {
      guard entry.start == end else {
        throw DataError(
          field: "\(DataError.quoted(entry.name)).data_offsets[0]",
          value: "\(entry.start), which \(entry.start < end ? "overlaps another tensor" : "leaves a hole")",
          allowed: "\(end), where the tensors before it end")
      }
      end = entry.end
    }
    guard end == dataCount else {
      throw DataError(
        field: "the data", value: "\(dataCount) bytes long", allowed: "the \(end) bytes of the tensors")
    }
    return arranged
  }
}
