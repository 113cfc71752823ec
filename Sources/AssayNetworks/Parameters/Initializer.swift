import Assay

/// What the numbers of a tensor start as.
///
/// Everything is computed in double precision and rounded to Float32 last. The fans of a tensor are read off
/// its shape, as layers store their weights:
///
///     [inputs, outputs]                 fan in = inputs,                  fan out = outputs
///     [height, width, inputs, outputs]  fan in = height · width · inputs, fan out = height · width · outputs
///
/// the latter being the filters of a convolution; so axes before the last two multiply both. Where the first
/// axis counts the members of an ensemble, use ``ofEachMember``: every member is then drawn as a tensor of
/// its own, with its own fans.
public indirect enum Initializer: Sendable, Hashable {
  /// Zeros: the usual start of biases.
  case zero
  /// The same number everywhere.
  case constant(Float)
  /// U(−bound, bound), with a bound of at least zero.
  case uniform(bound: Double)
  /// N(0, deviation²), with a deviation of at least zero.
  case normal(deviation: Double)
  /// A random matrix with orthonormal rows or columns, whichever are fewer, times a gain.
  ///
  ///     Q R = A,  diag R > 0,  with A of independent N(0, 1) and no fewer rows than columns
  ///     values = gain · Q, or gain · Qᵀ for a matrix with fewer rows than columns
  ///
  /// Q is then uniform over all such matrices. The matrix has the tensor's last axis as its columns and all
  /// axes before it, flattened, as its rows.
  ///
  /// - SeeAlso: Saxe, McClelland & Ganguli (2014), *Exact solutions to the nonlinear dynamics of learning in
  ///   deep linear neural networks*; Mezzadri (2007), *How to generate random matrices from the classical
  ///   compact groups*.
  case orthogonal(gain: Double)
  /// Numbers of mean zero and variance scale / fan.
  ///
  /// - SeeAlso: ``Fan`` and ``Draw``, and the named cases: ``leCunNormal``, ``heNormal``, ``glorotUniform``
  ///   and so on.
  case scaled(Double, by: Fan, drawing: Draw)
  /// Every member along the first axis on its own; see ``ofEachMember``.
  case members(Initializer)

  /// What the variance of a tensor's numbers is divided by.
  public enum Fan: Sendable, Hashable {
    /// How many inputs each output sums: keeps the size of what goes forward.
    case inputs
    /// How many outputs each input reaches: keeps the size of gradients.
    case outputs
    /// The mean of the two.
    case mean
  }

  /// What numbers of mean zero and variance σ² are drawn from.
  public enum Draw: Sendable, Hashable {
    /// N(0, σ²).
    case normal
    /// U(−√3 σ, √3 σ).
    case uniform
    /// N(0, s²) cut off at ±2s, with s = σ / 0.87962566103423978, so that the variance is σ² after the cut.
    case truncatedNormal
  }

  /// N(0, 1 / fan in).
  ///
  /// - SeeAlso: LeCun, Bottou, Orr & Müller (1998), *Efficient BackProp*, §4.6.
  public static var leCunNormal: Initializer { .scaled(1, by: .inputs, drawing: .normal) }

  /// U(−b, b) with b = √(3 / fan in).
  public static var leCunUniform: Initializer { .scaled(1, by: .inputs, drawing: .uniform) }

  /// N(0, 2 / fan in): for layers before a ReLU.
  ///
  /// - SeeAlso: He, Zhang, Ren & Sun (2015), *Delving deep into rectifiers*, eq. 10.
  public static var heNormal: Initializer { .scaled(2, by: .inputs, drawing: .normal) }

  /// U(−b, b) with b = √(6 / fan in): for layers before a ReLU.
  public static var heUniform: Initializer { .scaled(2, by: .inputs, drawing: .uniform) }

  /// N(0, 2 / (fan in + fan out)).
  ///
  /// - SeeAlso: Glorot & Bengio (2010), *Understanding the difficulty of training deep feedforward neural
  ///   networks*, eq. 12.
  public static var glorotNormal: Initializer { .scaled(1, by: .mean, drawing: .normal) }

  /// U(−b, b) with b = √(6 / (fan in + fan out)).
  ///
  /// - SeeAlso: Glorot & Bengio (2010), eq. 16.
  public static var glorotUniform: Initializer { .scaled(1, by: .mean, drawing: .uniform) }

  /// This, for tensors whose first axis counts the members of an ensemble. That axis is part of no fan, and
  /// of no orthogonal matrix.
  public var ofEachMember: Initializer { .members(self) }

  /// Draws a tensor.
  ///
  /// - Parameters:
  ///   - shape: extent of each axis, all positive. Fans need at least two axes, an orthogonal matrix at least
  ///     one.
  ///   - stream: where random numbers come from. ``zero`` and ``constant(_:)`` draw none.
  /// - Returns: the numbers, in row-major order.
  public func values(shape: [Int], using stream: inout RandomStream) -> [Float] {
    precondition(shape.allSatisfy { $0 > 0 }, "every axis must be positive, but the shape is \(shape)")
    let count = shape.reduce(1, *)
    switch self {
    case .zero: return Array(repeating: 0, count: count)
    case .constant(let value): return Array(repeating: value, count: count)
    case .uniform(let bound):
      precondition(bound >= 0 && bound.isFinite, "bound must be finite and not negative, but is \(bound)")
      return (0..<count).map { _ in Float((2 * stream.unit() - 1) * bound) }
    case .normal(let deviation):
      precondition(
        deviation >= 0 && deviation.isFinite, "deviation must be finite and not negative, but is \(deviation)"
      )
      return (0..<count).map { _ in Float(stream.normal(deviation: deviation)) }
    case .orthogonal(let gain): return Self.orthogonal(shape: shape, gain: gain, using: &stream)
    case .scaled(let scale, let fan, let draw):
      precondition(scale > 0 && scale.isFinite, "scale must be positive and finite, but is \(scale)")
      let deviation = (scale / Self.extent(of: fan, in: shape)).squareRoot()
      switch draw {
      case .normal: return Initializer.normal(deviation: deviation).values(shape: shape, using: &stream)
      case .uniform:
        return Initializer.uniform(bound: 3.squareRoot() * deviation).values(shape: shape, using: &stream)
      case .truncatedNormal:
        // The deviation of N(0, 1) cut off at ±2: √(1 − 4φ(2) / (2Φ(2) − 1)).
        let uncut = deviation / 0.879_625_661_034_239_78
        return (0..<count).map { _ in
          var value = stream.normal()
          while abs(value) > 2 { value = stream.normal() }
          return Float(uncut * value)
        }
      }
    case .members(let initializer):
      precondition(!shape.isEmpty, "a tensor of an ensemble must have an axis for its members")
      return (0..<shape[0]).flatMap { _ in
        initializer.values(shape: Array(shape.dropFirst()), using: &stream)
      }
    }
  }

  private static func extent(of fan: Fan, in shape: [Int]) -> Double {
    precondition(shape.count >= 2, "fans need at least two axes, but the shape is \(shape)")
    let field = Double(shape.dropLast(2).reduce(1, *))
    let inputs = field * Double(shape[shape.count - 2])
    let outputs = field * Double(shape[shape.count - 1])
    switch fan {
    case .inputs: return inputs
    case .outputs: return outputs
    case .mean: return (inputs + outputs) / 2
    }
  }

  private static func orthogonal(shape: [Int], gain: Double, using stream: inout RandomStream) -> [Float] {
    precondition(gain.isFinite, "gain must be finite, but is \(gain)")
    precondition(!shape.isEmpty, "an orthogonal matrix needs at least one axis")
    let columns = shape[shape.count - 1]
    let rows = shape.dropLast().reduce(1, *)
    // The fewer vectors, one after the other in memory, whatever they are in the tensor.
    let vectorCount = min(rows, columns)
    let length = max(rows, columns)
    var vectors = (0..<vectorCount * length).map { _ in stream.normal() }
    vectors.withUnsafeMutableBufferPointer { orthonormalize($0, length: length) }
    return (0..<rows * columns).map { index in
      let (row, column) = index.quotientAndRemainder(dividingBy: columns)
      return Float(gain * (rows > columns ? vectors[column * length + row] : vectors[row * length + column]))
    }
  }

  /// Gram–Schmidt, each vector taken twice: once more takes away what rounding left of the earlier ones.
  ///
  /// As every vector is divided by its own positive norm, diag R > 0 without any change of signs.
  ///
  /// - SeeAlso: Giraud, Langou, Rozložník & van den Eshof (2005), *Rounding error analysis of the classical
  ///   Gram–Schmidt orthogonalization process*.
  private static func orthonormalize(_ vectors: UnsafeMutableBufferPointer<Double>, length: Int) {
    guard let base = vectors.baseAddress else { return }
    for index in 0..<vectors.count / length {
      let vector = base + index * length
      for _ in 0..<2 {
        for earlier in 0..<index {
          let other = base + earlier * length
          let projection = product(vector, other, length: length)
          var position = 0
          while position < length {
            vector[position] -= projection * other[position]
            position &+= 1
          }
        }
      }
      let norm = product(vector, vector, length: length).squareRoot()
      for position in 0..<length { vector[position] /= norm }
    }
  }

  /// A scalar product by four partial sums, which the processor can add at the same time.
  private static func product(
    _ one: UnsafeMutablePointer<Double>, _ other: UnsafeMutablePointer<Double>, length: Int
  ) -> Double {
    var (sum0, sum1, sum2, sum3) = (0.0, 0.0, 0.0, 0.0)
    var position = 0
    while position &+ 4 <= length {
      sum0 += one[position] * other[position]
      sum1 += one[position &+ 1] * other[position &+ 1]
      sum2 += one[position &+ 2] * other[position &+ 2]
      sum3 += one[position &+ 3] * other[position &+ 3]
      position &+= 4
    }
    while position < length {
      sum0 += one[position] * other[position]
      position &+= 1
    }
    return (sum0 + sum1) + (sum2 + sum3)
  }
}
