import Assay
import CKernels

/// What a node of a traced computation does. Everything else a user can write is made of these, and the
/// gradient of each is made of these again.
enum Operation: Hashable, Sendable {
  // MARK: Leaves
  /// Numbers given before each run.
  case input(String)
  /// Integers given before each run.
  case indexInput(String)
  /// Numbers of a parameter store.
  case parameter(ParameterTensor)
  /// The same numbers in every run, as bit patterns.
  case constant([UInt32])
  /// Fresh random numbers in every run. The number tells one draw from another.
  case noise(Noise, Int)

  // MARK: Element by element
  case unary(Unary)
  case binary(Binary)
  /// The second where the first is not zero, else the third.
  case select

  // MARK: Shape
  /// Repeats axes of extent 1.
  case broadcast
  /// The same numbers in the same order.
  case reshape
  /// Axis i of the result is axis `order[i]` of the operand.
  case permute([Int])
  /// A range of one axis, beginning at `start`; how much, the result's shape tells.
  case slice(axis: Int, start: Int)
  /// Zeros around the operand along one axis: the reverse of a slice.
  case pad(axis: Int, start: Int)
  case concatenate(axis: Int)

  // MARK: Numbers from many
  /// Neighbouring axes taken away by a sum (times a scale) or an extreme.
  case reduce(Reduction, axes: Range<Int>, scale: Float)
  /// Over the last axis.
  case softmax(logarithm: Bool)
  /// The column of the last axis' first largest number.
  case indexOfMaximum
  /// A product of two matrices, or of as many pairs as the first axis says.
  case product(transposeFirst: Bool, transposeSecond: Bool)
  case convolve(ConvolutionGeometry)
  /// From the output's gradient and the filters.
  case convolveImageGradient(ConvolutionGeometry)
  /// From the images and the output's gradient.
  case convolveFilterGradient(ConvolutionGeometry)

  // MARK: By index
  /// Rows of a table.
  case gatherRows
  /// Rows added into a table of zeros, as many as the result's shape says.
  case scatterRows
  /// 1 at the index, as many columns as the result's shape says.
  case oneHot

  // MARK: For gradients only
  /// The operand; no gradient passes.
  case stopGradient
  /// The operand; its gradient is multiplied.
  case scaleGradient(Float)

  enum Unary: Hashable, Sendable {
    case negate, absolute, sign, squareRoot, reciprocal, square
    case exponential, exponentialMinusOne, logarithm, logarithmOfOnePlus
    case sine, cosine, tanh, sigmoid, softplus, errorFunction
    case relu, step, floor
    case scale(Float)
    case offset(Float)
  }

  enum Binary: Hashable, Sendable {
    case add, subtract, multiply, divide, maximum, minimum, greater, equal
  }

  enum Reduction: Hashable, Sendable {
    case sum, maximum, minimum
  }

  /// Whether the result has the operands' numbers in the operands' order, so that it needs no memory of its own.
  var isAlias: Bool {
    switch self {
    case .reshape, .stopGradient, .scaleGradient: true
    default: false
    }
  }

  /// Whether each number of the result depends on the numbers at the same place only.
  var isElementwise: Bool {
    switch self {
    case .unary, .binary, .select: true
    default: false
    }
  }

  /// Whether the operation reads nothing but what it is given before a run.
  var isLeaf: Bool {
    switch self {
    case .input, .indexInput, .parameter, .constant, .noise: true
    default: false
    }
  }

  /// Its name for people.
  var name: String {
    switch self {
    case .input(let name): "input \(name)"
    case .indexInput(let name): "input \(name)"
    case .parameter(let tensor): "parameter \(tensor.name)"
    case .constant: "constant"
    case .noise(let noise, _): "\(noise) noise"
    case .unary(.scale(let factor)): "multiplication by \(factor)"
    case .unary(.offset(let summand)): "addition of \(summand)"
    case .unary(let function): "\(function)"
    case .binary(let function): "\(function)"
    case .select: "select"
    case .broadcast: "broadcast"
    case .reshape: "reshape"
    case .permute: "permute"
    case .slice: "slice"
    case .pad: "pad"
    case .concatenate: "concatenate"
    case .reduce(let kind, _, _): "\(kind) over axes"
    case .softmax(let logarithm): logarithm ? "logSoftmax" : "softmax"
    case .indexOfMaximum: "indexOfMaximum"
    case .product: "matrix product"
    case .convolve: "convolution"
    case .convolveImageGradient: "convolution's image gradient"
    case .convolveFilterGradient: "convolution's filter gradient"
    case .gatherRows: "gather"
    case .scatterRows: "scatter"
    case .oneHot: "oneHot"
    case .stopGradient: "stopGradient"
    case .scaleGradient: "scaleGradient"
    }
  }
}

/// How random numbers of a traced computation are distributed.
public enum Noise: Hashable, Sendable {
  /// Mean 0, deviation 1.
  case normal
  /// Between 0 (included) and 1.
  case uniform
  /// Gumbel's distribution: −log(−log u).
  case gumbel
}

/// Strides and paddings of a convolution along the height and width of images.
public struct ConvolutionGeometry: Hashable, Sendable {
  /// How far the filter moves down and right from one output to the next; positive.
  public var stride: (height: Int, width: Int) { (strideHeight, strideWidth) }
  /// How many zeros are thought around the image, on each side.
  public var padding: (height: Int, width: Int) { (paddingHeight, paddingWidth) }
  let strideHeight: Int
  let strideWidth: Int
  let paddingHeight: Int
  let paddingWidth: Int

  public init(stride: (height: Int, width: Int) = (1, 1), padding: (height: Int, width: Int) = (0, 0)) {
    precondition(stride.height > 0 && stride.width > 0, "strides must be positive, but are \(stride)")
    precondition(padding.height >= 0 && padding.width >= 0, "padding must not be negative, but is \(padding)")
    (strideHeight, strideWidth) = stride
    (paddingHeight, paddingWidth) = padding
  }

  /// Extent of the output along one axis.
  static func extent(_ extent: Int, kernel: Int, stride: Int, padding: Int) -> Int {
    extent + 2 * padding < kernel ? 0 : (extent + 2 * padding - kernel) / stride + 1
  }
}
