import Foundation

/// The files in the resources, and what NumPy and PyTorch say is in them.
struct TensorFiles: Decodable {
  struct Tensor: Decodable {
    var dtype: String
    var shape: [Int]
    /// Row-major and little-endian, in hexadecimal digits.
    var bytes: String
    /// The bits of each element as Float32.
    var floats: [UInt32]
  }

  struct File: Decodable {
    var metadata: [String: String]?
    var tensors: [String: Tensor]
  }

  var files: [String: File]

  static func expected() throws -> TensorFiles {
    try JSONDecoder().decode(TensorFiles.self, from: Data(contentsOf: url("tensor-files.json")))
  }

  /// The place of a file in the resources.
  static func url(_ name: String) throws -> URL {
    // Whether the folder counts as a subdirectory of the bundle depends on the platform.
    let place =
      Bundle.module.url(forResource: name, withExtension: nil, subdirectory: "Resources")
      ?? Bundle.module.url(forResource: name, withExtension: nil)
    guard let place else { throw CocoaError(.fileNoSuchFile) }
    return place
  }

  static func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: url(name))) }
}

/// Bytes as hexadecimal digits.
func hexadecimal(_ bytes: [UInt8]) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
