import Assay

/// A gated recurrent unit: a memory that learns what to keep.
///
///     r = σ(x Wr + br + h Ur + cr)
///     z = σ(x Wz + bz + h Uz + cz)
///     n = tanh(x Wn + bn + r (h Un + cn))
///     h′ = (1 − z) n + z h
///
/// The tensors have r, z and n side by side, in this order.
///
/// - SeeAlso: Cho et al. (2014), *Learning phrase representations using RNN encoder–decoder*, in the form with the reset
///   gate after the product.
public struct GRU: Sendable, Hashable {
  /// The layer's full name.
  public let name: String
  /// W: `[inputs, 3 width]`.
  public let inputWeight: ParameterTensor
  /// b: `[3 width]`.
  public let inputBias: ParameterTensor
  /// U: `[width, 3 width]`.
  public let stateWeight: ParameterTensor
  /// c: `[3 width]`.
  public let stateBias: ParameterTensor

  /// How many numbers the memory has.
  public var width: Int { stateWeight.shape[0] }

  /// Adds the layer's parameters to a block.
  ///
  /// - Parameters:
  ///   - inputs: how many numbers come in at each step.
  ///   - width: how many numbers the memory has.
  ///   - name: unique among the block's layers.
  ///   - builder: the block.
  ///   - input: what W starts as.
  ///   - state: what U starts as.
  public init(
    _ inputs: Int, _ width: Int, named name: String, in builder: inout BlockBuilder,
    input: Initializer = .leCunNormal, state: Initializer = .orthogonal(gain: 1)
  ) {
    let made = builder.layer(name) { builder in
      (
        (
          builder.tensor("input.weight", [inputs, 3 * width], input),
          builder.tensor("input.bias", [3 * width], .zero)
        ),
        (
          builder.tensor("state.weight", [width, 3 * width], state),
          builder.tensor("state.bias", [3 * width], .zero)
        )
      )
    }
    self.name = made.0
    (inputWeight, inputBias) = made.1
    (stateWeight, stateBias) = made.2
  }

  /// One step.
  ///
  /// - Parameters:
  ///   - x: `[batch, inputs]`.
  ///   - state: `[batch, width]`.
  /// - Returns: the next state, `[batch, width]`.
  public func callAsFunction(_ x: Matrix, _ state: Matrix) -> Matrix {
    x.trace.within(name, block: inputWeight.block) { next(gates(x), state) }
  }

  /// As many steps as a sequence has.
  ///
  /// - Parameters:
  ///   - sequence: `[steps, batch, inputs]`.
  ///   - state: before the first step, `[batch, width]`.
  ///   - resets: `[steps, batch]`, 1 where the memory is emptied before the step (a new episode began), else 0.
  /// - Returns: the state after each step, `[steps, batch, width]`.
  public func unrolled(over sequence: Tensor3, from state: Matrix, resetting resets: Matrix? = nil) -> Tensor3
  {
    let (steps, batch) = (sequence.shape[0], sequence.shape[1])
    return sequence.trace.within(name, block: inputWeight.block) {
      if let resets, resets.shape != [steps, batch] {
        resets.trace.fail(
          "a sequence of shape \(sequence.shape) and resets of shape \(resets.shape) do not go together")
      }
      // What comes in meets W for all steps at once; only U needs the steps one by one.
      let all = gates(sequence.reshaped(to: [steps * batch, sequence.shape[2]]))
      var states: [Matrix] = []
      for step in 0..<steps {
        var state = states.last ?? state
        if let resets { state = state * (1 - resets.at(step, alongAxis: 0)).expanded(at: 1) }
        states.append(next(all.slice(alongAxis: 0, step * batch..<(step + 1) * batch), state))
      }
      return stack(states, alongAxis: 0)
    }
  }

  private func gates(_ x: Matrix) -> Matrix {
    matmul(x, x.trace.parameter(inputWeight)) + (x.trace.parameter(inputBias) as Vector)
  }

  private func next(_ gates: Matrix, _ state: Matrix) -> Matrix {
    let trace = gates.trace
    let own = matmul(state, trace.parameter(stateWeight)) + (trace.parameter(stateBias) as Vector)
    let (x, h) = (gates.split(alongAxis: 1, into: 3), own.split(alongAxis: 1, into: 3))
    let (reset, update) = (sigmoid(x[0] + h[0]), sigmoid(x[1] + h[1]))
    let candidate = tanh(x[2] + reset * h[2])
    return candidate + update * (state - candidate)
  }
}
