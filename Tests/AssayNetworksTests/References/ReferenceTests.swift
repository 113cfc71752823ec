import Testing

@Suite("Operations, layers and distributions against PyTorch")
struct ReferenceTests {
  /// What is computed here, by the names of the reference file.
  static let recipes: [String: Recipe] = {
    var recipes: [String: Recipe] = [:]
    recipes.addFunctions()
    recipes.addPairs()
    recipes.addReductions()
    recipes.addShapes()
    recipes.addProducts()
    recipes.addIndexing()
    recipes.addGradients()
    recipes.addLinearLayers()
    recipes.addConvolutions()
    recipes.addMemories()
    recipes.addEnsemblesAndHeads()
    recipes.addCategoricals()
    recipes.addGaussians()
    recipes.addValueDistributions()
    return recipes
  }()

  private static let references = Result { try Reference.read() }

  @Test("Every case of the file is computed here, and no other")
  func cases() throws {
    let names = try Set(Self.references.get().keys)
    #expect(names.subtracting(Self.recipes.keys) == [])
    #expect(Set(Self.recipes.keys).subtracting(names) == [])
  }

  /// Float32 rounds at 6e-8; 1e-5 leaves room for what sums of a few dozen numbers, and the approximations of
  /// functions, add to that. It is relative to the largest number of each tensor. PyTorch's own numbers are in double
  /// precision.
  @Test("Outputs and gradients are PyTorch's", arguments: recipes.keys.sorted())
  func values(name: String) throws {
    let reference = try #require(Self.references.get()[name])
    let result = try #require(Self.recipes[name]).result(reference)
    #expect(result.shape == reference.output.shape)
    let error = relativeError(result.output, reference.output.numbers)
    #expect(error <= 1e-5, "output \(result.output) instead of \(reference.output.numbers)")
    try #require(Set(result.gradients.keys) == Set(reference.gradients.keys))
    for (input, gradient) in result.gradients {
      let expected = try #require(reference.gradients[input])
      let error = relativeError(gradient, expected)
      #expect(error <= 1e-5, "gradient by \(input): \(gradient) instead of \(expected)")
    }
  }
}
