import AssayNetworks

extension [String: Recipe] {
  /// Functions of one number at each place, or of each vector of the last axis.
  mutating func addFunctions() {
    self["negation"] = Recipe { (x: Matrix) in -x }
    self["exp"] = Recipe { (x: Matrix) in exp(x) }
    self["exp of numbers near the ends"] = self["exp"]
    self["expMinusOne"] = Recipe { (x: Matrix) in expMinusOne(x) }
    self["expMinusOne near zero"] = self["expMinusOne"]
    self["log"] = Recipe { (x: Matrix) in log(x) }
    self["logOnePlus"] = Recipe { (x: Matrix) in logOnePlus(x) }
    self["logOnePlus near zero"] = self["logOnePlus"]
    self["sqrt"] = Recipe { (x: Matrix) in sqrt(x) }
    self["reciprocal"] = Recipe { (x: Matrix) in reciprocal(x) }
    self["square"] = Recipe { (x: Matrix) in square(x) }
    self["abs"] = Recipe { (x: Matrix) in abs(x) }
    self["abs at zero"] = self["abs"]
    self["sign"] = Recipe { (x: Matrix) in sign(x) }
    self["floor"] = Recipe { (x: Matrix) in floor(x) }
    self["sin"] = Recipe { (x: Matrix) in sin(x) }
    self["cos"] = Recipe { (x: Matrix) in cos(x) }
    self["tanh"] = Recipe { (x: Matrix) in tanh(x) }
    self["tanh of numbers near the ends"] = self["tanh"]
    self["sigmoid"] = Recipe { (x: Matrix) in sigmoid(x) }
    self["sigmoid of numbers near the ends"] = self["sigmoid"]
    self["softplus"] = Recipe { (x: Matrix) in softplus(x) }
    self["logSigmoid"] = Recipe { (x: Matrix) in logSigmoid(x) }
    self["erf"] = Recipe { (x: Matrix) in erf(x) }
    self["erf of numbers near the ends"] = self["erf"]
    self["relu"] = Recipe { (x: Matrix) in relu(x) }
    self["relu at zero"] = self["relu"]
    self["leakyReLU"] = Recipe { (x: Matrix) in leakyReLU(x) }
    self["leakyReLU of slope 0.25, with zero"] = Recipe { (x: Matrix) in leakyReLU(x, slope: 0.25) }
    self["elu"] = Recipe { (x: Matrix) in elu(x) }
    self["elu of scale 1.5, with zero"] = Recipe { (x: Matrix) in elu(x, scale: 1.5) }
    self["silu"] = Recipe { (x: Matrix) in silu(x) }
    self["gelu"] = Recipe { (x: Matrix) in gelu(x) }
    self["softmax"] = Recipe { (x: Matrix) in softmax(x) }
    self["softmax of large numbers"] = self["softmax"]
    self["logSoftmax"] = Recipe { (x: Matrix) in logSoftmax(x) }
    self["logSoftmax of large numbers"] = self["logSoftmax"]
    self["logSumExp"] = Recipe { (x: Matrix) in logSumExp(x) }
    self["logSumExp of large numbers"] = self["logSumExp"]
    self["softmax of many numbers"] = self["softmax"]
    self["logSoftmax of many numbers"] = self["logSoftmax"]
    self["simNorm"] = Recipe { (x: Matrix) in simNorm(x, groupSize: 4) }
    self["standardized"] = Recipe { (x: Matrix) in standardized(x) }
    self["clamped"] = Recipe { (x: Matrix) in x.clamped(to: -0.5...0.75) }
    self["maximum of a number and a bound"] = Recipe { (x: Matrix) in maximum(x, 0.25) }
    self["minimum of a number and a bound"] = Recipe { (x: Matrix) in minimum(x, 0.25) }
    self["numbers around a tensor"] = Recipe { (x: Matrix) in 3 - (2 / (1.5 * x - 0.25) + 1) / 4 }
    self["symlog"] = Recipe { (x: Matrix) in symlog(x) }
    self["symexp"] = Recipe { (x: Matrix) in symexp(x) }
  }

  /// Functions of two numbers at each place, of equal and of unequal ranks.
  mutating func addPairs() {
    for place in ["matrix", "row", "column"] {
      self["matrix + \(place)"] = Recipe { (x: Matrix, y: Matrix) in x + y }
      self["matrix - \(place)"] = Recipe { (x: Matrix, y: Matrix) in x - y }
      self["matrix * \(place)"] = Recipe { (x: Matrix, y: Matrix) in x * y }
      self["matrix / \(place)"] = Recipe { (x: Matrix, y: Matrix) in x / y }
    }
    self["matrix + vector"] = Recipe { (x: Matrix, y: Vector) in x + y }
    self["matrix - vector"] = Recipe { (x: Matrix, y: Vector) in x - y }
    self["matrix * vector"] = Recipe { (x: Matrix, y: Vector) in x * y }
    self["matrix / vector"] = Recipe { (x: Matrix, y: Vector) in x / y }
    self["vector + matrix"] = Recipe { (x: Vector, y: Matrix) in x + y }
    self["vector - matrix"] = Recipe { (x: Vector, y: Matrix) in x - y }
    self["vector * matrix"] = Recipe { (x: Vector, y: Matrix) in x * y }
    self["vector / matrix"] = Recipe { (x: Vector, y: Matrix) in x / y }
    self["matrix + scalar"] = Recipe { (x: Matrix, y: Scalar) in x + y }
    self["matrix - scalar"] = Recipe { (x: Matrix, y: Scalar) in x - y }
    self["matrix * scalar"] = Recipe { (x: Matrix, y: Scalar) in x * y }
    self["matrix / scalar"] = Recipe { (x: Matrix, y: Scalar) in x / y }
    self["scalar + matrix"] = Recipe { (x: Scalar, y: Matrix) in x + y }
    self["scalar - matrix"] = Recipe { (x: Scalar, y: Matrix) in x - y }
    self["scalar * matrix"] = Recipe { (x: Scalar, y: Matrix) in x * y }
    self["scalar / matrix"] = Recipe { (x: Scalar, y: Matrix) in x / y }
    self["product of a tensor of planes and one of columns"] = Recipe { (x: Tensor3, y: Tensor3) in x * y }
    self["maximum of two, with equal numbers"] = Recipe { (x: Matrix, y: Matrix) in maximum(x, y) }
    self["minimum of two, with equal numbers"] = Recipe { (x: Matrix, y: Matrix) in minimum(x, y) }
    self["isGreater"] = Recipe { (x: Matrix, y: Matrix) in x.isGreater(than: y) * y }
    self["isGreater than a bound"] = Recipe { (x: Matrix) in x.isGreater(than: 0.25) * x }
    self["isEqual"] = Recipe { (x: Matrix, y: Matrix) in x.isEqual(to: y) * x }
    self["select"] = Recipe { (x: Matrix, y: Matrix, z: Matrix) in select(x, y, else: z) }
  }

  mutating func addReductions() {
    self["sum"] = Recipe { (x: Tensor3) in x.sum() }
    self["sum of many numbers"] = Recipe { (x: Tensor3) in x.sum(alongAxis: 1) }
    self["mean"] = Recipe { (x: Tensor3) in square(x).mean() }
    for axis in 0..<3 {
      // Axes are counted from the end as well.
      self["sum along axis \(axis)"] = Recipe { (x: Tensor3) in x.sum(alongAxis: axis - 3) }
      self["mean along axis \(axis)"] = Recipe { (x: Tensor3) in x.mean(alongAxis: axis) }
      self["maximum along axis \(axis)"] = Recipe { (x: Tensor3) in x.maximum(alongAxis: axis) }
      self["minimum along axis \(axis)"] = Recipe { (x: Tensor3) in x.minimum(alongAxis: axis) }
      self["variance along axis \(axis)"] = Recipe { (x: Tensor3) in x.variance(alongAxis: axis) }
    }
    self["maximum of equal numbers along an axis"] = Recipe { (x: Matrix) in x.maximum(alongAxis: 1) }
    self["minimum of equal numbers along an axis"] = Recipe { (x: Matrix) in x.minimum(alongAxis: 1) }
    self["indexOfMaximum"] = Recipe { (x: Matrix) in oneHot(x.indexOfMaximum(), count: 4) }
  }

  mutating func addShapes() {
    self["reshaped"] = Recipe { (x: Tensor3) in x.reshaped(to: [-1, 4], as: Rank2.self) }
    for order in [[0, 2, 1], [1, 0, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]] {
      let name = order.map(String.init).joined(separator: ", ")
      self["permuted to \(name)"] = Recipe { (x: Tensor3) in x.permuted(order) }
    }
    self["transposed"] = Recipe { (x: Tensor3) in x.transposed() }
    self["expanded and broadcast"] = Recipe { (x: Matrix) in x.expanded(at: 1).broadcast(to: [2, 4, 3]) }
    for axis in 0..<3 {
      self["slice along axis \(axis)"] = Recipe { (x: Tensor3) in x.slice(alongAxis: axis, 1..<3) }
      self["one place of axis \(axis)"] = Recipe { (x: Tensor3) in x.at(2, alongAxis: axis) }
      self["halves of axis \(axis)"] = Recipe { (x: Tensor3) in
        let halves = x.split(alongAxis: axis, into: 2)
        return halves[0] * halves[1]
      }
      self["concatenated along axis \(axis)"] = Recipe { (x: Tensor3, y: Tensor3) in
        concatenate([x, y, square(x)], alongAxis: axis)
      }
      self["stacked along axis \(axis)"] = Recipe { (x: Matrix, y: Matrix) in stack([x, y], alongAxis: axis) }
    }
    self["concatenated of different extents"] = Recipe { (x: Matrix, y: Matrix) in
      concatenate([x, y], alongAxis: -1)
    }
  }

  mutating func addProducts() {
    self["matmul"] = Recipe { (x: Matrix, y: Matrix) in matmul(x, y) }
    self["matmul with the first transposed"] = Recipe { (x: Matrix, y: Matrix) in matmul(x.transposed(), y) }
    self["matmul with the second transposed"] = Recipe { (x: Matrix, y: Matrix) in matmul(x, y.transposed()) }
    self["matmul with both transposed"] = Recipe { (x: Matrix, y: Matrix) in
      matmul(x.transposed(), y.transposed())
    }
    self["matmul of a matrix with itself"] = Recipe { (x: Matrix) in matmul(x, x) }
    self["batched matmul"] = Recipe { (x: Tensor3, y: Tensor3) in matmul(x, y) }
    self["batched matmul with the first transposed"] = Recipe { (x: Tensor3, y: Tensor3) in
      matmul(x.transposed(), y)
    }
    self["batched matmul with the second transposed"] = Recipe { (x: Tensor3, y: Tensor3) in
      matmul(x, y.transposed())
    }
    self["batched matmul with both transposed"] = Recipe { (x: Tensor3, y: Tensor3) in
      matmul(x.transposed(), y.transposed())
    }
    for (stride, padding) in [((1, 1), (0, 0)), ((2, 1), (1, 1)), ((1, 2), (2, 0)), ((3, 2), (0, 1))] {
      let geometry = ConvolutionGeometry(stride: stride, padding: padding)
      self["convolve, stride \(stride), padding \(padding)"] = Recipe { (x: Tensor4, y: Tensor4) in
        convolve(x, y, geometry)
      }
    }
    for (stride, padding) in [(1, 0), (2, 1), (3, 2)] {
      self["convolve along sequences, stride \(stride), padding \(padding)"] = Recipe {
        (x: Tensor3, y: Tensor3) in convolve(x, y, stride: stride, padding: padding)
      }
    }
  }

  mutating func addIndexing() {
    self["rows of a table"] = Recipe(given: { ($0["x"] as Matrix).rows(at: $0.indices("places")) })
    self["one-hot"] = Recipe(given: {
      oneHot($0.indices("places") as AssayNetworks.Indices<Rank1>, count: 3) * $0["x"]
    })
    self["picking"] = Recipe(given: { ($0["x"] as Matrix).picking($0.indices("places")) })
    self["picking from three axes"] = Recipe(given: { ($0["x"] as Tensor3).picking($0.indices("places")) })
    self["two-hot"] = Recipe { (x: Vector) in twoHot(x, over: -2...2, count: 5) }
    self["two-hot of a matrix"] = Recipe { (x: Matrix) in twoHot(x, over: -0.5...1, count: 4) }
  }

  /// Gradients that are stopped, scaled, passed through, and taken twice.
  mutating func addGradients() {
    self["stoppingGradient"] = Recipe { (x: Matrix, y: Matrix) in square(x) * exp(y).stoppingGradient() }
    self["scalingGradient"] = Recipe { (x: Matrix) in exp(x.scalingGradient(by: 0.25)) }
    self["straightThrough"] = Recipe { (x: Matrix) in sign(x).straightThrough(gradientOf: tanh(x)) }
    self["gradient as a tensor"] = Recipe { (x: Matrix, y: Matrix, z: Matrix) in
      gradient(of: square(twoLayers(x, y, z)).sum(), withRespectTo: x)
    }
    self["gradient penalty"] = Recipe { (x: Matrix, y: Matrix, z: Matrix) in
      let slopes = gradient(of: twoLayers(x, y, z).sum(), withRespectTo: x)
      return square(sqrt(square(slopes).sum(alongAxis: 1)) - 1).mean()
    }
    self["product of the Hessian with a vector"] = Recipe(given: { given in
      let (x, y, z): (Matrix, Matrix, Matrix) = (given["x"], given["y"], given["z"])
      return hessianVectorProduct(
        of: square(twoLayers(x, y, z)).mean(), withRespectTo: y, along: given["direction"])
    })
    self["product of the Hessian with a vector, through a softmax"] = Recipe(given: { given in
      let x: Matrix = given["x"]
      return hessianVectorProduct(
        of: (softmax(x) * square(x)).sum(), withRespectTo: x, along: given["direction"])
    })
    self["product of the Hessian with a vector, through a convolution"] = Recipe(given: { given in
      let (x, y): (Tensor4, Tensor4) = (given["x"], given["y"])
      return hessianVectorProduct(
        of: square(tanh(convolve(x, y))).sum(), withRespectTo: y, along: given["direction"])
    })
  }
}

private func twoLayers(_ x: Matrix, _ y: Matrix, _ z: Matrix) -> Matrix { matmul(tanh(matmul(x, y)), z) }
