import Assay

extension Trace {
  /// A product of matrices, or of as many pairs of matrices as the first axis says.
  func product(_ first: Int, _ second: Int, transposeFirst: Bool = false, transposeSecond: Bool = false)
    -> Int
  {
    var (first, second) = (first, second)
    var (transposeFirst, transposeSecond) = (transposeFirst, transposeSecond)
    if let source = transposed(first) { (first, transposeFirst) = (source, !transposeFirst) }
    if let source = transposed(second) { (second, transposeSecond) = (source, !transposeSecond) }
    let (a, b) = (shape(first), shape(second))
    let rank = a.count
    let (rows, depth) = transposeFirst ? (a[rank - 1], a[rank - 2]) : (a[rank - 2], a[rank - 1])
    let (depthOfSecond, columns) = transposeSecond ? (b[rank - 1], b[rank - 2]) : (b[rank - 2], b[rank - 1])
    guard depth == depthOfSecond, a.dropLast(2) == b.dropLast(2) else {
      let (one, other) = (effectiveShape(a, transposeFirst), effectiveShape(b, transposeSecond))
      fail("a matrix of shape \(one) cannot be multiplied by one of shape \(other)")
    }
    return add(
      .product(transposeFirst: transposeFirst, transposeSecond: transposeSecond), [first, second],
      a.dropLast(2) + [rows, columns])
  }

  private func effectiveShape(_ shape: [Int], _ isTransposed: Bool) -> [Int] {
    isTransposed ? shape.dropLast(2) + [shape[shape.count - 1], shape[shape.count - 2]] : shape
  }

  /// What a node is the transposition of, if it is one.
  private func transposed(_ node: Int) -> Int? {
    guard case .permute(let order) = nodes[node].operation else { return nil }
    var swapped = Array(order.indices)
    swapped.swapAt(order.count - 1, order.count - 2)
    return order == swapped ? nodes[node].operands[0] : nil
  }
}

/// The matrix product.
///
/// - Parameters:
///   - first: `[m, k]`.
///   - second: `[k, n]`. Write `matmul(a, b.transposed())` for bᵀ: nothing is copied.
/// - Returns: `[m, n]`.
public func matmul(_ first: Matrix, _ second: Matrix) -> Matrix {
  Matrix(first.trace, first.trace.product(first.node, first.trace.own(second)))
}

/// One matrix product for each place of the first axis.
///
/// - Parameters:
///   - first: `[b, m, k]`.
///   - second: `[b, k, n]`.
/// - Returns: `[b, m, n]`.
public func matmul(_ first: Tensor3, _ second: Tensor3) -> Tensor3 {
  Tensor3(first.trace, first.trace.product(first.node, first.trace.own(second)))
}

/// Slides filters over images (a cross-correlation, as is usual).
///
///     y[b, i, j, o] = Σ x[b, i·s + p − pad, j·s + q − pad, c] w[p, q, c, o]
///
/// - Parameters:
///   - images: `[batch, height, width, channels]`.
///   - filters: `[kernel height, kernel width, channels, filters]`.
///   - geometry: strides and paddings.
/// - Returns: `[batch, output height, output width, filters]`, with an output extent of
///   ⌊(extent + 2 padding − kernel)/stride⌋ + 1.
public func convolve(_ images: Tensor4, _ filters: Tensor4, _ geometry: ConvolutionGeometry = .init())
  -> Tensor4
{
  let trace = images.trace
  let (image, kernel) = (images.shape, filters.shape)
  let height = ConvolutionGeometry.extent(
    image[1], kernel: kernel[0], stride: geometry.stride.height, padding: geometry.padding.height)
  let width = ConvolutionGeometry.extent(
    image[2], kernel: kernel[1], stride: geometry.stride.width, padding: geometry.padding.width)
  guard image[3] == kernel[2], height > 0, width > 0 else {
    trace.fail("images of shape \(image) cannot be convolved with filters of shape \(kernel)")
  }
  return Tensor4(
    trace,
    trace.add(.convolve(geometry), [images.node, trace.own(filters)], [image[0], height, width, kernel[3]]))
}

/// Slides filters along sequences.
///
/// - Parameters:
///   - sequences: `[batch, length, channels]`.
///   - filters: `[kernel length, channels, filters]`.
///   - stride: how far the filter moves from one output to the next.
///   - padding: how many zeros are thought on each side.
/// - Returns: `[batch, output length, filters]`.
public func convolve(_ sequences: Tensor3, _ filters: Tensor3, stride: Int = 1, padding: Int = 0) -> Tensor3 {
  let geometry = ConvolutionGeometry(stride: (1, stride), padding: (0, padding))
  let images = sequences.expanded(at: 1) as Tensor4
  let output = convolve(images, filters.expanded(at: 0), geometry)
  return output.reshaped(to: [output.shape[0], output.shape[2], output.shape[3]])
}
