import Assay

/// A tensor of a computation that is being described: it has a shape, and numbers only when the program runs.
public struct Tensor<R: Rank> {
  /// What it is part of.
  public let trace: Trace
  let node: Int

  init(_ trace: Trace, _ node: Int) {
    self.trace = trace
    self.node = node
  }

  /// Extent of each axis, outermost first.
  public var shape: [Int] { trace.shape(node) }

  /// How many numbers.
  public var count: Int { shape.reduce(1, *) }
}

/// Integers of a computation that is being described.
public struct Indices<R: Rank> {
  /// What it is part of.
  public let trace: Trace
  let node: Int

  init(_ trace: Trace, _ node: Int) {
    self.trace = trace
    self.node = node
  }

  /// Extent of each axis, outermost first.
  public var shape: [Int] { trace.shape(node) }
}

extension Trace {
  /// The node of a tensor, which must belong to this computation.
  func own<R>(_ tensor: Tensor<R>) -> Int {
    guard tensor.trace === self else { failAboutOther(tensor.shape) }
    return tensor.node
  }

  /// The node of integers, which must belong to this computation.
  func own<R>(_ indices: Indices<R>) -> Int {
    guard indices.trace === self else { failAboutOther(indices.shape) }
    return indices.node
  }

  private func failAboutOther(_ shape: [Int]) -> Never {
    fail("a tensor of shape \(shape) was made on the trace of another program")
  }
}

/// One number.
public typealias Scalar = Tensor<Rank0>
/// Numbers in a row.
public typealias Vector = Tensor<Rank1>
/// Rows and columns: a batch of vectors has one in each row.
public typealias Matrix = Tensor<Rank2>
/// Three axes: an ensemble's batches, or a batch of sequences.
public typealias Tensor3 = Tensor<Rank3>
/// Four axes: images are batch × height × width × channels.
public typealias Tensor4 = Tensor<Rank4>
