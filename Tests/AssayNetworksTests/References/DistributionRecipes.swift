import Assay
import AssayNetworks

extension [String: Recipe] {
  mutating func addCategoricals() {
    self["Categorical, logProbability"] = Recipe(given: { given in
      Categorical(logits: given["x"] as Matrix).logProbability(of: given.indices("classes"))
    })
    self["Categorical, logProbability in groups"] = Recipe(given: { given in
      Categorical(logits: given["x"] as Tensor3).logProbability(of: given.indices("classes"))
    })
    self["Categorical, probabilities"] = Recipe { (x: Matrix) in Categorical(logits: x).probabilities }
    self["Categorical, entropy"] = Recipe { (x: Matrix) in Categorical(logits: x).entropy }
    self["Categorical, divergence"] = Recipe { (x: Matrix, y: Matrix) in
      Categorical(logits: x).divergence(from: Categorical(logits: y))
    }
    self["Categorical, expectation"] = Recipe { (x: Matrix, y: Matrix) in
      Categorical(logits: x).expectation(of: y)
    }
    self["Categorical with a uniform share, logProbability"] = Recipe(given: { given in
      Categorical(logits: given["x"] as Matrix, uniformShare: 0.125)
        .logProbability(of: given.indices("classes"))
    })
    self["Categorical with a uniform share, entropy"] = Recipe { (x: Matrix) in
      Categorical(logits: x, uniformShare: 0.125).entropy
    }
    self["Categorical with a uniform share, divergence"] = Recipe { (x: Matrix, y: Matrix) in
      Categorical(logits: x, uniformShare: 0.125)
        .divergence(from: Categorical(logits: y, uniformShare: 0.0625))
    }
  }

  mutating func addGaussians() {
    self["Gaussian, logProbability"] = Recipe(given: { given in
      Gaussian<Rank2>(mean: given["mean"], logDeviation: given["spread"]).logProbability(of: given["x"])
    })
    self["Gaussian, entropy"] = Recipe(given: { given in
      Gaussian<Rank2>(mean: given["mean"], logDeviation: given["spread"]).entropy
    })
    self["Gaussian, divergence"] = Recipe(given: { given in
      let other = Gaussian<Rank2>(mean: given["x"], logDeviation: given["y"])
      return Gaussian<Rank2>(mean: given["mean"], logDeviation: given["spread"]).divergence(from: other)
    })
    self["SquashedGaussian, logProbability"] = Recipe(given: { given in
      SquashedGaussian<Rank2>(mean: given["mean"], logDeviation: given["spread"])
        .logProbability(of: given["action"])
    })
    for name in ["before", "far before"] {
      self["SquashedGaussian, logProbability \(name) the tanh"] = Recipe(given: { given in
        SquashedGaussian<Rank2>(mean: given["mean"], logDeviation: given["spread"])
          .logProbability(before: given["u"])
      })
    }
    self["SquashedGaussian, mode"] = Recipe(given: { given in
      SquashedGaussian<Rank2>(mean: given["mean"], logDeviation: given["spread"]).mode
    })
  }

  mutating func addValueDistributions() {
    let support = ValueSupport(-1.5...3.5, count: 6)
    let squeezed = ValueSupport(-1.5...3.5, count: 6, transform: .symlog)
    self["ValueDistribution, mean"] = Recipe { (x: Matrix) in
      ValueDistribution(logits: x, support: support).mean
    }
    self["ValueDistribution, mean after symexp"] = Recipe { (x: Matrix) in
      ValueDistribution(logits: x, support: squeezed).mean
    }
    self["ValueDistribution, cross entropy with probabilities"] = Recipe(given: { given in
      ValueDistribution<Rank2>(logits: given["x"], support: support).crossEntropy(with: given["targets"])
    })
    self["ValueDistribution, cross entropy with values"] = Recipe(given: { given in
      ValueDistribution<Rank2>(logits: given["x"], support: support).crossEntropy(withValues: given["values"])
    })
    self["ValueDistribution, cross entropy with values after symlog"] = Recipe(given: { given in
      ValueDistribution<Rank2>(logits: given["x"], support: squeezed)
        .crossEntropy(withValues: given["values"])
    })
  }
}
