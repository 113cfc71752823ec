import Assay
import Foundation

/// An array from a NumPy file (`.npy`, formats 1.0, 2.0 and 3.0).
///
///     6 bytes        0x93 NUMPY
///     2 bytes        the format's version
///     2 or 4 bytes   n, the length of the header, little-endian
///     n bytes        a Python dictionary: {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
///     the rest       the elements
///
/// Booleans, integers and floats of up to 64 bits are read, in either byte order and either order of axes; objects,
/// which would be pickled Python, are refused, as is everything that does not fit to the last byte.
///
/// - SeeAlso: [The format](https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
public struct NumPyArray: Sendable, Hashable {
  /// What each element is.
  public let elementType: StoredTensor.ElementType
  /// Extent of each axis, outermost first. A single number has no axes.
  public let shape: [Int]
  /// The elements, row-major and little-endian whatever their order in the file.
  public let bytes: [UInt8]

  /// Reads a file.
  ///
  /// - Parameter url: a regular file.
  /// - Throws: `DataError` that names the file, the field and the value.
  public init(contentsOf url: URL) throws(DataError) {
    let bytes = try WholeFile.read(url)
    do { try self.init(bytes: bytes) } catch { throw error.from(url.path) }
  }

  /// Reads the bytes of a file.
  ///
  /// - Parameter file: all of it.
  /// - Throws: `DataError` that names the field and the value.
  public init(bytes file: [UInt8]) throws(DataError) {
    let headerRange = try Self.headerRange(of: file)
    var reader = NumPyHeader(file, in: headerRange)
    let header = try reader.read()
    let dataCount = file.count - headerRange.upperBound
    guard let needed = header.elementType.byteCount(ofShape: header.shape) else {
      throw DataError(
        field: "shape", value: "\(header.shape), which is too large",
        allowed: "a shape whose bytes can be counted in 63 bits")
    }
    guard needed == dataCount else {
      throw DataError(
        field: "the data", value: "\(dataCount) bytes long",
        allowed: "the \(needed) bytes of \(header.elementType.rawValue) \(header.shape)")
    }
    elementType = header.elementType
    shape = header.shape
    let size = elementType.byteCount
    let stored = Array(file[headerRange.upperBound...])
    let ordered = header.isColumnMajor ? Self.rowMajor(stored, shape: shape, size: size) : stored
    bytes = header.isBigEndian ? Self.reversed(ordered, size: size) : ordered
  }

  /// The array as a tensor of that name.
  public func tensor(named name: String) -> StoredTensor {
    StoredTensor(name: name, elementType: elementType, shape: shape, bytes: bytes)
  }

  private static func headerRange(of file: [UInt8]) throws(DataError) -> Range<Int> {
    let magic = [0x93] + Array("NUMPY".utf8)
    guard file.starts(with: magic) else {
      throw DataError(
        field: "the file", value: "not beginning as a NumPy array does", allowed: "a file in the format .npy")
    }
    guard file.count >= 8 else {
      throw DataError(field: "the file", value: "\(file.count) bytes long", allowed: "at least 10")
    }
    guard (1...3).contains(file[6]), file[7] == 0 else {
      throw DataError(field: "the format's version", value: "\(file[6]).\(file[7])", allowed: "1.0, 2.0, 3.0")
    }
    let start = file[6] == 1 ? 10 : 12
    guard file.count >= start else {
      throw DataError(field: "the file", value: "\(file.count) bytes long", allowed: "at least \(start)")
    }
    let length = (8..<start).reduce(0) { $0 | Int(file[$1]) << (8 * ($1 - 8)) }
    guard length <= file.count - start else {
      throw DataError(
        field: "the header's length", value: "\(length)",
        allowed: "at most the \(file.count - start) bytes that follow it")
    }
    return start..<start + length
  }

  /// The elements with the last axis fastest, of an array that has the first axis fastest.
  private static func rowMajor(_ stored: [UInt8], shape: [Int], size: Int) -> [UInt8] {
    guard shape.count > 1, !stored.isEmpty else { return stored }
    // How far apart in `stored` neighbours along each axis are, in bytes.
    var strides: [Int] = []
    var stride = size
    for extent in shape {
      strides.append(stride)
      stride *= extent
    }
    var ordered: [UInt8] = []
    ordered.reserveCapacity(stored.count)
    var index = [Int](repeating: 0, count: shape.count)
    var position = 0
    while ordered.count < stored.count {
      for byte in 0..<size { ordered.append(stored[position + byte]) }
      // On to the next index, as an odometer turns.
      var axis = shape.count - 1
      while axis >= 0 {
        index[axis] += 1
        position += strides[axis]
        if index[axis] < shape[axis] { break }
        position -= index[axis] * strides[axis]
        index[axis] = 0
        axis -= 1
      }
    }
    return ordered
  }

  /// The bytes of each element in reverse.
  private static func reversed(_ bytes: [UInt8], size: Int) -> [UInt8] {
    var reversed = bytes
    for start in stride(from: 0, to: bytes.count, by: size) {
      for byte in 0..<size { reversed[start + byte] = bytes[start + size - 1 - byte] }
    }
    return reversed
  }
}
