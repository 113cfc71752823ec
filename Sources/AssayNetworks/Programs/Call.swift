import CKernels

/// Where numbers lie when a program runs: so many floats into the workspace, or into the store's arena.
enum Location: Hashable, Sendable {
  case workspace(Int)
  case parameter(Int)
}

/// One call of a numeric kernel, with the places it reads and writes.
struct Call: Sendable {
  enum Kind: Sendable {
    case elementwise(ElementwiseLoop)
    /// Reads first, second and, where there is a bias, third; as many products as `batch`.
    case product(assay_product, batch: BatchSteps, hasBias: Bool)
    /// Reads images, filters and, where there is one, the bias.
    case convolve(assay_convolution, hasBias: Bool)
    case convolveImageGradient(assay_convolution)
    case convolveFilterGradient(assay_convolution)
    case reduce(Operation.Reduction, outer: Int, reduced: Int, inner: Int, scale: Float)
    case softmax(rows: Int, columns: Int, logarithm: Bool)
    case indexOfMaximum(rows: Int, columns: Int)
    /// Reads at strides, writes densely.
    case gatherStrided(extents: [Int], strides: [Int])
    /// Reads densely, writes at strides; where asked, among zeros that fill the whole result first.
    case placeStrided(extents: [Int], strides: [Int], offset: Int, clearing: Int)
    case gatherRows(rows: Int, columns: Int, bound: Int)
    case scatterRows(rows: Int, columns: Int, bound: Int)
    case oneHot(rows: Int, columns: Int)
    case copy(count: Int)
  }

  /// How far apart the matrices of a batch lie.
  struct BatchSteps: Sendable, Hashable {
    var count = 1
    var first = 0
    var second = 0
    var bias = 0
    var result = 0
  }

  var kind: Kind
  var reads: [Location]
  var write: Location
  /// How many floats of scratch space it needs.
  var scratch: Int
  /// The node whose result it writes.
  var node: Int
  /// The layer it belongs to, if any.
  var layer: String?
}

/// A fused loop over outer × rows × columns.
struct ElementwiseLoop: Sendable {
  struct Strides: Hashable, Sendable {
    var outer: Int
    var row: Int
    var column: Int
  }

  var steps: [assay_step]
  /// One for each operand that is read.
  var strides: [Strides]
  var result: UInt8
  var outer: Int
  var rows: Int
  var columns: Int
}

extension Operation {
  /// The kernel's step for an element-wise operation: its code and its constant.
  var step: (code: assay_operation, constant: Float) {
    switch self {
    case .unary(let function):
      switch function {
      case .negate: (assay_negate, 0)
      case .absolute: (assay_absolute, 0)
      case .sign: (assay_sign, 0)
      case .squareRoot: (assay_square_root, 0)
      case .reciprocal: (assay_reciprocal, 0)
      case .square: (assay_square, 0)
      case .exponential: (assay_exponential, 0)
      case .exponentialMinusOne: (assay_exponential_minus_one, 0)
      case .logarithm: (assay_logarithm, 0)
      case .logarithmOfOnePlus: (assay_logarithm_of_one_plus, 0)
      case .sine: (assay_sine, 0)
      case .cosine: (assay_cosine, 0)
      case .tanh: (assay_tanh, 0)
      case .sigmoid: (assay_sigmoid, 0)
      case .softplus: (assay_softplus, 0)
      case .errorFunction: (assay_error_function, 0)
      case .relu: (assay_relu, 0)
      case .step: (assay_step_function, 0)
      case .floor: (assay_floor, 0)
      case .scale(let factor): (assay_scale, factor)
      case .offset(let summand): (assay_offset, summand)
      }
    case .binary(let function):
      switch function {
      case .add: (assay_add, 0)
      case .subtract: (assay_subtract, 0)
      case .multiply: (assay_multiply_elements, 0)
      case .divide: (assay_divide, 0)
      case .maximum: (assay_maximum, 0)
      case .minimum: (assay_minimum, 0)
      case .greater: (assay_greater, 0)
      case .equal: (assay_equal, 0)
      }
    case .select: (assay_select, 0)
    default: preconditionFailure("\(name) is not an element-wise operation")
    }
  }
}

extension Call.Kind {
  /// What it does, for people.
  var name: String {
    switch self {
    case .elementwise(let loop): "loop of \(loop.steps.count) steps over \(loop.strides.count) operands"
    case .product(let product, let batch, let hasBias):
      "\(batch.count > 1 ? "\(batch.count) products" : "product")"
        + "\(product.accumulate ? " added" : "")\(hasBias ? " with bias" : "")\(product.activation != 0 ? " and activation" : "")"
    case .convolve(_, let hasBias): "convolution\(hasBias ? " with bias" : "")"
    case .convolveImageGradient: "image gradient of a convolution"
    case .convolveFilterGradient: "filter gradient of a convolution"
    case .reduce(let kind, _, let reduced, _, _): "\(kind) of \(reduced)"
    case .softmax(_, _, let logarithm): logarithm ? "logSoftmax" : "softmax"
    case .indexOfMaximum: "indexOfMaximum"
    case .gatherStrided: "strided copy"
    case .placeStrided: "strided placing"
    case .gatherRows: "gathered rows"
    case .scatterRows: "scattered rows"
    case .oneHot: "oneHot"
    case .copy: "copy"
    }
  }
}
