import Assay

/// Filters that slide over images.
public struct Convolution: Layer, Sendable, Hashable {
  public typealias Input = Tensor4
  public typealias Output = Tensor4

  /// The layer's full name.
  public let name: String
  /// `[kernel height, kernel width, channels, filters]`.
  public let filters: ParameterTensor
  /// `[filters]`, or `nil` for none.
  public let bias: ParameterTensor?
  /// Strides and paddings.
  public let geometry: ConvolutionGeometry

  /// Adds the layer's parameters to a block.
  ///
  /// - Parameters:
  ///   - channels: how many numbers an image has at each place.
  ///   - filters: how many the result has.
  ///   - kernel: how many places a filter sees, down and right.
  ///   - geometry: strides and paddings.
  ///   - name: unique among the block's layers.
  ///   - builder: the block.
  ///   - weight: what the filters start as.
  ///   - bias: what the bias starts as; `nil` for none.
  public init(
    _ channels: Int, _ filters: Int, kernel: (height: Int, width: Int),
    geometry: ConvolutionGeometry = .init(),
    named name: String, in builder: inout BlockBuilder, weight: Initializer = .leCunNormal,
    bias: Initializer? = .zero
  ) {
    self.geometry = geometry
    (self.name, self.filters, self.bias) = builder.layer(name) { builder in
      (
        builder.tensor("filters", [kernel.height, kernel.width, channels, filters], weight),
        bias.map { builder.tensor("bias", [filters], $0) }
      )
    }
  }

  /// - Parameter images: `[batch, height, width, channels]`.
  /// - Returns: `[batch, output height, output width, filters]`; see ``convolve(_:_:_:)``.
  public func callAsFunction(_ images: Tensor4) -> Tensor4 {
    images.trace.within(name, block: filters.block) {
      let result = convolve(images, images.trace.parameter(filters), geometry)
      return bias.map { result + (images.trace.parameter($0) as Vector) } ?? result
    }
  }

  /// Over sequences, where the kernel has height 1.
  ///
  /// - Parameter sequences: `[batch, length, channels]`.
  /// - Returns: `[batch, output length, filters]`.
  public func callAsFunction(_ sequences: Tensor3) -> Tensor3 {
    let result = self(sequences.expanded(at: 1) as Tensor4)
    return result.reshaped(to: [result.shape[0], result.shape[2], result.shape[3]])
  }
}
