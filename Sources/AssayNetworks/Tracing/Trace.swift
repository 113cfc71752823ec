import Assay

/// The record of a computation while it is described: which operations on which tensors, in which layer.
///
/// A ``Program`` makes one and hands it to the closure that describes its networks and losses.
public final class Trace {
  /// One operation with the shape of its result.
  struct Node: Sendable {
    var operation: Operation
    var operands: [Int]
    var shape: [Int]
    var place: Place

    var count: Int { shape.reduce(1, *) }
  }

  /// Where in the user's code an operation stands.
  struct Place: Hashable, Sendable {
    /// The layer, or the empty name outside of layers.
    var layer = ""
    /// The block whose parameters the layer has.
    var block: BlockHandle?
    /// Whether the operation was added by differentiation.
    var isGradient = false
  }

  /// A number to be made smaller by changing some blocks.
  struct Loss: Sendable {
    var name: String
    var node: Int
    var blocks: [BlockHandle]
  }

  private struct Key: Hashable {
    var operation: Operation
    var operands: [Int]
    var shape: [Int]
  }

  private(set) var nodes: [Node] = []
  private var known: [Key: Int] = [:]
  var place = Place()
  private(set) var outputs: [(name: String, node: Int)] = []
  private(set) var losses: [Loss] = []
  /// The shape of each input, by name.
  private(set) var inputs: [String: Int] = [:]
  private var noiseCount = 0
  /// Whether a program was made of it, so that nothing can be added any more.
  private(set) var isFinished = false

  init() {}

  // MARK: Inputs

  /// Numbers that are given before each run.
  ///
  /// - Parameters:
  ///   - name: unique among the inputs.
  ///   - shape: extent of each axis, positive; as many as the rank says.
  ///   - rank: how many axes.
  /// - Returns: the tensor.
  public func input<R: Rank>(_ name: String, _ shape: [Int], as rank: R.Type = R.self) -> Tensor<R> {
    Tensor(self, addInput(.input(name), name, shape, rank: R.count))
  }

  /// A matrix that is given before each run: rows and columns.
  public func input(_ name: String, _ rows: Int, _ columns: Int) -> Matrix { input(name, [rows, columns]) }

  /// A vector that is given before each run.
  public func input(_ name: String, _ count: Int) -> Vector { input(name, [count]) }

  /// Integers that are given before each run: rows of a table, classes, actions.
  public func indices<R: Rank>(_ name: String, _ shape: [Int], as rank: R.Type = R.self) -> Indices<R> {
    Indices(self, addInput(.indexInput(name), name, shape, rank: R.count))
  }

  /// A vector of integers that are given before each run.
  public func indices(_ name: String, _ count: Int) -> Indices<Rank1> { indices(name, [count]) }

  /// The same numbers in every run.
  public func constant<R: Rank>(_ values: [Float], _ shape: [Int], as rank: R.Type = R.self) -> Tensor<R> {
    check(shape, rank: R.count, of: "constant")
    guard values.count == shape.reduce(1, *) else {
      fail("a constant of shape \(shape) cannot have \(values.count) numbers")
    }
    return Tensor(self, add(.constant(values.map(\.bitPattern)), [], shape))
  }

  /// One number, the same in every run.
  public func constant(_ value: Float) -> Scalar { constant([value], []) }

  /// Fresh random numbers in every run, from the stream that the run is given.
  public func noise<R: Rank>(_ noise: Noise, _ shape: [Int], as rank: R.Type = R.self) -> Tensor<R> {
    check(shape, rank: R.count, of: "noise")
    noiseCount += 1
    return Tensor(self, add(.noise(noise, noiseCount), [], shape))
  }

  /// A named tensor of a parameter store.
  public func parameter<R: Rank>(_ tensor: ParameterTensor, as rank: R.Type = R.self) -> Tensor<R> {
    check(tensor.shape, rank: R.count, of: "parameter \(tensor.name)")
    return Tensor(self, add(.parameter(tensor), [], tensor.shape))
  }

  // MARK: Results

  /// Keeps a tensor readable after each run under a name, unique among the outputs and losses.
  public func output<R: Rank>(_ name: String, _ tensor: Tensor<R>) { addOutput(name, own(tensor)) }

  /// Keeps integers readable after each run.
  public func output<R: Rank>(_ name: String, _ indices: Indices<R>) { addOutput(name, own(indices)) }

  /// Declares a loss: a number to be made smaller by changing the blocks it may reach, and no others.
  ///
  /// Other parameters that the loss depends on are constants to it. The gradient of each loss is kept apart,
  /// also where two losses share a block.
  ///
  /// - Parameters:
  ///   - name: unique among the outputs and losses, and one of the declared writers of each block.
  ///   - value: the number.
  ///   - blocks: what may change; each must be declared once, and the number must depend on each.
  public func loss(_ name: String, _ value: Scalar, reaching blocks: [BlockHandle]) {
    checkUnused(name)
    guard Set(blocks).count == blocks.count, !blocks.isEmpty else {
      fail("loss \(name) must declare at least one block, and each once")
    }
    losses.append(Loss(name: name, node: own(value), blocks: blocks))
  }

  // MARK: Layers

  /// Runs a part of the description that belongs to a layer, so that errors and non-finite numbers in it can be
  /// told by the layer's name.
  ///
  /// - Parameters:
  ///   - layer: the layer's full name: `critic.hidden.0`.
  ///   - block: the block that has its parameters, if it has any.
  ///   - body: the description.
  /// - Returns: what `body` returns.
  public func within<Result>(_ layer: String, block: BlockHandle? = nil, _ body: () -> Result) -> Result {
    let outer = place
    place.layer = layer
    place.block = block ?? outer.block
    defer { place = outer }
    return body()
  }

  // MARK: Nodes

  /// Adds an operation, or finds the same one.
  func add(_ operation: Operation, _ operands: [Int], _ shape: [Int]) -> Int {
    let key = Key(operation: operation, operands: operands, shape: shape)
    if let node = known[key] { return node }
    checkUnfinished()
    nodes.append(Node(operation: operation, operands: operands, shape: shape, place: place))
    known[key] = nodes.count - 1
    return nodes.count - 1
  }

  func shape(_ node: Int) -> [Int] { nodes[node].shape }

  private func addInput(_ operation: Operation, _ name: String, _ shape: [Int], rank: Int) -> Int {
    check(shape, rank: rank, of: "input \(name)")
    if inputs[name] != nil { fail("there is already an input named \(name)") }
    let node = add(operation, [], shape)
    inputs[name] = node
    return node
  }

  private func addOutput(_ name: String, _ node: Int) {
    checkUnused(name)
    outputs.append((name, node))
  }

  /// Takes nothing more.
  func finish() { isFinished = true }

  private func checkUnfinished() {
    if isFinished { fail("the program is made already, and nothing can be added to its trace") }
  }

  private func checkUnused(_ name: String) {
    checkUnfinished()
    if outputs.contains(where: { $0.name == name }) || losses.contains(where: { $0.name == name }) {
      fail("there is already an output or a loss named \(name)")
    }
  }

  private func check(_ shape: [Int], rank: Int, of what: String) {
    guard shape.count == rank else { fail("\(what) has shape \(shape), which is not of rank \(rank)") }
    guard shape.allSatisfy({ $0 > 0 }) else {
      fail("\(what) has shape \(shape), whose extents must be positive")
    }
  }

  /// Stops with one sentence that names the layer.
  ///
  /// Shapes are a programmer's business, so a wrong one traps; it must say why in release builds too, which
  /// `precondition` does not.
  func fail(_ sentence: String) -> Never {
    fatalError(place.layer.isEmpty ? sentence : "in \(place.layer), \(sentence)")
  }
}
