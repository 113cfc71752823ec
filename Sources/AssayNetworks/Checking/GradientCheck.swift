import Assay

/// How a program's gradients compare with differences of its losses.
///
/// The losses are evaluated in double precision by plain loops, which share nothing with the kernels; a parameter is moved
/// a little to either side, and
///
///     g ≈ (f(p + h) − f(p − h)) / 2h
///
/// is compared with the program's own gradient. What a stopped gradient does not see, the difference does not see either.
public struct GradientCheck: Sendable {
  /// One number of one gradient, found in two ways.
  public struct Probe: Sendable, Hashable {
    /// The loss.
    public var loss: String
    /// The parameter tensor.
    public var tensor: String
    /// Place in the tensor, in row-major order.
    public var index: Int
    /// The program's gradient.
    public var gradient: Double
    /// The difference quotient.
    public var difference: Double
    /// |gradient − difference| over the largest number of the tensor's gradient; where that is less than a thousandth of
    /// the block's, over the latter, for what cancels leaves only rounding behind.
    public var relativeError: Double
    /// Whether the slopes to the left and to the right differ: the loss has a kink here, and the probe says nothing.
    public var isAtKink: Bool
  }

  /// Every number that was looked at.
  public var probes: [Probe]
  /// The largest relative error of the losses themselves, against double precision.
  public var largestLossError: Double

  /// The probe that is furthest off, among those not at a kink.
  public var worst: Probe? { probes.filter { !$0.isAtKink }.max { $0.relativeError < $1.relativeError } }

  /// The largest relative error, among probes not at a kink; 0 when there are none.
  public var largestError: Double { worst?.relativeError ?? 0 }
}

extension Program {
  /// Compares gradients with differences, at the inputs and random numbers of the last run.
  ///
  /// - Parameters:
  ///   - store: what the last run read.
  ///   - probes: how many numbers of each parameter tensor are looked at; all, where there are no more.
  ///   - stream: chooses which.
  /// - Returns: the comparison. A correct gradient of a smooth loss has errors of a few 1e-6, which is rounding.
  public func checkGradients(
    reading store: ParameterStore, probes: Int = 16, using stream: inout RandomStream
  ) -> GradientCheck {
    precondition(probes > 0, "there must be at least one probe, but there are \(probes)")
    var checked = self
    checked.rerun(reading: store)
    var leaves = checked.leaves(reading: store)
    let base = ReferenceEvaluation(graph) { leaves[$0]! }
    var check = GradientCheck(probes: [], largestLossError: 0)
    for output in graph.outputs where graph.losses.contains(output.name) {
      let truth = base.values[output.node][0]
      let error = abs(Double(checked.value(of: output.name)) - truth) / max(abs(truth), 1e-8)
      check.largestLossError = max(check.largestLossError, error)
    }
    for edge in edges {
      let loss = graph.outputs.first { $0.name == edge.loss }!.node
      let gradient = checked.gradient(of: edge.loss, withRespectTo: edge.block)
      let largest = gradient.reduce(0) { max($0, abs(Double($1))) }
      for (node, tensor) in parameters(of: edge.block) {
        let own = gradient[tensor.offset..<tensor.offset + tensor.count].map { Double($0) }
        let scale = max(own.map(abs).max() ?? 0, 1e-3 * largest, 1e-30)
        for position in Self.choose(probes, of: tensor.count, using: &stream) {
          let value = leaves[node]![position]
          let step = 1e-5 * max(abs(value), 1e-1)
          func evaluate(at moved: Double) -> Double {
            leaves[node]![position] = moved
            defer { leaves[node]![position] = value }
            return ReferenceEvaluation(graph, base: base) { leaves[$0]! }.values[loss][0]
          }
          let (left, middle, right) = (
            evaluate(at: value - step), base.values[loss][0], evaluate(at: value + step)
          )
          let difference = (right - left) / (2 * step)
          let kink = abs((right - middle) - (middle - left)) / step
          check.probes.append(
            .init(
              loss: edge.loss, tensor: tensor.name, index: position, gradient: own[position],
              difference: difference,
              relativeError: abs(own[position] - difference) / scale,
              // The slopes of a smooth loss differ by its curvature times the step.
              isAtKink: kink > 1e-2 * scale))
        }
      }
    }
    return check
  }

  private func parameters(of block: BlockHandle) -> [(node: Int, tensor: ParameterTensor)] {
    graph.nodes.indices.compactMap { index in
      guard case .parameter(let tensor) = graph.nodes[index].operation, tensor.block == block else {
        return nil
      }
      return (index, tensor)
    }
  }

  private static func choose(_ count: Int, of total: Int, using stream: inout RandomStream) -> [Int] {
    if total <= count { return Array(0..<total) }
    var chosen: Set<Int> = []
    while chosen.count < count { chosen.insert(stream.integer(below: total)) }
    return chosen.sorted()
  }
}
