import Assay
import Foundation

/// The arrays of a NumPy archive (`.npz`): a zip archive of ``NumPyArray`` files, stored or deflated.
///
/// Nothing is written to a disk, so names are only names. Memory is bounded by what the arrays' entries say they take,
/// which is checked against the file's size, against `limit` and, in the end, against the data.
public struct NumPyArchive: Sendable, Hashable {
  /// The arrays, in the order of the archive's directory, named as their entries are but for `.npy`.
  public let tensors: [StoredTensor]

  /// The array with a name, or `nil`.
  public subscript(name: String) -> StoredTensor? { tensors.first { $0.name == name } }

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - url: a regular file.
  ///   - limit: how many bytes its arrays may take together; four GiB where nothing is said.
  /// - Throws: `DataError` that names the file, the entry, the field and the value.
  public init(contentsOf url: URL, limit: Int = 1 << 32) throws(DataError) {
    let bytes = try WholeFile.read(url)
    do { try self.init(bytes: bytes, limit: limit) } catch { throw error.from(url.path) }
  }

  /// Reads the bytes of a file.
  ///
  /// - Parameters:
  ///   - file: all of it.
  ///   - limit: how many bytes its arrays may take together; four GiB where nothing is said.
  /// - Throws: `DataError` that names the entry, the field and the value.
  public init(bytes file: [UInt8], limit: Int = 1 << 32) throws(DataError) {
    let entries = try ZipDirectory(file).entries
    var left = limit
    for entry in entries {
      guard entry.count <= left else {
        throw DataError(
          field: "\(DataError.quoted(entry.name)): size", value: "\(entry.count) bytes",
          allowed: "at most \(left), for all to have no more than \(limit)")
      }
      left -= entry.count
    }

    let ending = ".npy"
    var names: Set<String> = []
    var tensors: [StoredTensor] = []
    for entry in entries {
      let field = DataError.quoted(entry.name)
      guard entry.name.hasSuffix(ending) else {
        throw DataError(field: "the name of an entry", value: field, allowed: "one that ends in \(ending)")
      }
      let name = String(entry.name.dropLast(ending.count))
      guard names.insert(name).inserted else {
        throw DataError(field: field, value: "there twice", allowed: "each name once")
      }
      let bytes = try Self.bytes(of: entry, in: file)
      do throws(DataError) {
        tensors.append(try NumPyArray(bytes: bytes).tensor(named: name))
      } catch {
        throw DataError(field: "\(field): \(error.field)", value: error.value, allowed: error.allowed)
      }
    }
    self.tensors = tensors
  }

  private static func bytes(of entry: ZipDirectory.Entry, in file: [UInt8]) throws(DataError) -> [UInt8] {
    let field = DataError.quoted(entry.name)
    let bytes: [UInt8]
    switch entry.method {
    case .stored: bytes = Array(file[entry.data])
    case .deflated:
      guard let inflated = Deflation.inflated(file[entry.data], count: entry.count) else {
        throw DataError(
          field: "\(field): data", value: "damaged",
          allowed: "what inflates to the \(entry.count) bytes it says")
      }
      bytes = inflated
    }
    let checksum = Deflation.checksum(bytes)
    guard checksum == entry.checksum else {
      throw DataError(
        field: "\(field): checksum", value: String(checksum, radix: 16),
        allowed: String(entry.checksum, radix: 16) + ", as the archive has it")
    }
    return bytes
  }
}
