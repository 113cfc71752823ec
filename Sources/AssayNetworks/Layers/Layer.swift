import Assay

/// A layer that makes one tensor, or something made of tensors, of another: what a ``Network`` of it can be called with.
///
/// A layer with several inputs, such as a ``GRU``, is called through ``Network/layer``.
public protocol Layer<Input, Output> {
  associatedtype Input
  associatedtype Output

  func callAsFunction(_ input: Input) -> Output
}

extension Network where Content: Layer {
  /// What the layer makes of an input.
  public func callAsFunction(_ input: Content.Input) -> Content.Output { layer(input) }
}
