import Assay

/// A network that is asked about any number of rows.
///
/// A program has one batch size, so rows are asked about in slices of 1024, 512, …, 8; the last is filled up with zeros.
public struct RowProgram: Sendable {
  /// Makes a matrix `[rows, outputs]` out of a matrix `[rows, inputs]`.
  public typealias Description = @Sendable (Matrix) -> Matrix

  private let inputs: Int
  private let describe: Description
  private var programs: [Int: Program] = [:]

  private static let largestSlice = 1024
  private static let smallestSlice = 8

  /// Gets ready to ask a network.
  ///
  /// - Parameters:
  ///   - inputs: how many numbers a row has.
  ///   - describe: what is computed of the rows.
  public init(inputs: Int, _ describe: @escaping Description) {
    self.inputs = inputs
    self.describe = describe
  }

  /// Asks about rows.
  ///
  /// - Parameters:
  ///   - rows: `[rows × inputs]`.
  ///   - store: its parameters are read.
  /// - Returns: `[rows × outputs]`.
  public mutating func callAsFunction(_ rows: VectorColumn, reading store: borrowing ParameterStore)
    -> VectorColumn
  {
    precondition(rows.width == inputs, "a row must have \(inputs) numbers, but has \(rows.width)")
    var results: [Float] = []
    var width = 0
    var first = 0
    while first < rows.count {
      let size = Self.slice(of: rows.count - first)
      let taken = min(size, rows.count - first)
      prepare(size, reading: store)
      rows.values.withUnsafeBufferPointer { numbers in
        programs[size]!.fill("x") { input in
          for index in 0..<taken * inputs { input[index] = numbers[first * inputs + index] }
        }
      }
      programs[size]!.run(reading: store)
      width = programs[size]!.shape(of: "y")[1]
      if results.isEmpty { results.reserveCapacity(rows.count * width) }
      programs[size]!.withValues(of: "y") { output in
        for index in 0..<taken * width { results.append(output[index]) }
      }
      first += taken
    }
    var column = VectorColumn(count: rows.count, width: width)
    column.values = results
    return column
  }

  private mutating func prepare(_ size: Int, reading store: borrowing ParameterStore) {
    if programs[size] != nil { return }
    programs[size] = Program(reading: copy store) { trace in
      trace.output("y", describe(trace.input("x", size, inputs)))
    }
  }

  private static func slice(of rows: Int) -> Int {
    var size = largestSlice
    while size > smallestSlice && size > rows { size /= 2 }
    return size
  }
}
