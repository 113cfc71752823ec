import Assay
import Foundation

/// Numbers that PyTorch computed in double precision: one case of `references.json`, which `make-references.py` wrote.
struct Reference: Decodable, Sendable {
  /// A tensor as the file has it.
  struct Numbers: Decodable, Sendable {
    var shape: [Int]
    var numbers: [Double]

    var floats: [Float] { numbers.map { Float($0) } }
  }

  /// Integers as the file has them.
  struct Integers: Decodable, Sendable {
    var shape: [Int]
    var numbers: [Int]
  }

  var name: String
  var inputs: [String: Numbers]
  /// By the names that the tensors have in their block.
  var parameters: [String: Numbers]?
  var indices: [String: Integers]?
  var output: Numbers
  /// Of the sum of the output times ``weights(count:)``, with respect to each input and parameter.
  var gradients: [String: [Double]]

  /// Reads all cases from the resources.
  static func read() throws -> [String: Reference] {
    struct File: Decodable {
      var cases: [Reference]
    }
    let file = try JSONDecoder().decode(File.self, from: Data(contentsOf: TensorFiles.url("references.json")))
    return Dictionary(uniqueKeysWithValues: file.cases.map { ($0.name, $0) })
  }

  /// Weights of both signs, none of them zero, exact in binary: what the file's gradients are of.
  static func weights(count: Int) -> [Float] {
    (0..<count).map { index in (Float((7 * index + 3) % 11) - 5.5) / 8 }
  }
}

/// The largest difference of numbers from what they should be, over the largest of those.
///
/// Infinite where there are too few or too many, or where one is not a number.
func relativeError(_ numbers: [Float], _ expected: [Double]) -> Double {
  guard numbers.count == expected.count else { return .infinity }
  let scale = max(expected.map(abs).max() ?? 0, 1e-30)
  return zip(numbers, expected).reduce(0) { largest, pair in
    let error = abs(Double(pair.0) - pair.1) / scale
    return error.isNaN ? .infinity : max(largest, error)
  }
}
