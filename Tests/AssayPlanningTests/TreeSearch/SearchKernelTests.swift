import Assay
import CKernels
import Foundation
import Testing

/// One node, with numbers that are drawn, and what the kernels say of it written out in double precision.
private struct Node {
  var own: Float
  var visits: [Int32]
  var values: [Float]
  var row: [Float]
  /// ln π less the largest, and π: the kernel's own, padded.
  var logits: [Float]
  var priors: [Float]

  static let slack = 16

  init(count: Int, using random: inout RandomStream) {
    own = Float(random.normal())
    visits = (0..<count).map { _ in random.integer(below: 3) == 0 ? 0 : Int32(random.integer(below: 9)) }
    values = visits.map { $0 > 0 ? Float(random.normal()) : .nan }
    row = (0..<count).map { _ in Float(3 * random.normal()) }
    logits = [Float](repeating: .nan, count: count + Self.slack)
    priors = logits
    // What lies beyond the last is anything.
    visits += [Int32](repeating: 77, count: Self.slack)
    values += [Float](repeating: .nan, count: Self.slack)
    row += [Float](repeating: .infinity, count: Self.slack)
    likeliest = Int(assay_place_priors(Int32(count), row, &logits, &priors))
    self.count = count
  }

  let count: Int
  let likeliest: Int

  func withEdges<Result>(_ body: (UnsafePointer<assay_edges>) -> Result) -> Result {
    visits.withUnsafeBufferPointer { visits in
      values.withUnsafeBufferPointer { values in
        logits.withUnsafeBufferPointer { logits in
          priors.withUnsafeBufferPointer { priors in
            var edges = assay_edges(
              count: Int32(count), own_value: own, visits: visits.baseAddress, values: values.baseAddress,
              logits: logits.baseAddress, priors: priors.baseAddress)
            return body(&edges)
          }
        }
      }
    }
  }

  /// softmax of the row.
  var softmax: [Double] {
    let weights = row[..<count].map { exp(Double($0)) }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }

  /// σ(q) of every edge.
  func completed(_ rule: assay_completion_rule) -> [Double] {
    let taken = (0..<count).filter { visits[$0] > 0 }
    let total = Double(taken.reduce(0) { $0 + Int(visits[$1]) })
    var missing = Double(own)
    if rule.mixes, total > 0 {
      let weight = taken.reduce(0) { $0 + softmax[$1] }
      let mean = taken.reduce(0) { $0 + softmax[$1] * Double(values[$1]) } / weight
      missing = (Double(own) + total * mean) / (1 + total)
    }
    var quality = (0..<count).map { visits[$0] > 0 ? Double(values[$0]) : missing }
    let (low, high) = (quality.min()!, quality.max()!)
    if rule.rescales { quality = quality.map { ($0 - low) / max(high - low, 1e-8) } }
    let factor = Double(rule.visit_offset) + Double(visits[..<count].max()!)
    return quality.map { factor * Double(rule.value_scale) * $0 }
  }

  /// π′.
  func improved(_ rule: assay_completion_rule) -> [Double] {
    let exponents = zip(completed(rule), row).map { $0 + Double($1) }
    let weights = exponents.map { exp($0 - exponents.max()!) }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }
}

@Suite("Kernels of tree search")
struct SearchKernelTests {
  // One vector of few edges, one of many, and several with a rest.
  private static let counts = [1, 2, 3, 4, 5, 15, 16, 17, 18, 40]

  private static let rules = [
    assay_completion_rule(visit_offset: 50, value_scale: 0.1, rescales: true, mixes: true),
    assay_completion_rule(visit_offset: 50, value_scale: 0.1, rescales: true, mixes: false),
    assay_completion_rule(visit_offset: 2, value_scale: 0.3, rescales: false, mixes: true),
  ]

  private func forEachNode(_ body: (Node, assay_completion_rule, inout RandomStream) -> Void) {
    var random = RandomStream(seed: 5)
    for count in Self.counts {
      for rule in Self.rules {
        for _ in 0..<20 { body(Node(count: count, using: &random), rule, &random) }
      }
    }
  }

  @Test("priors are the softmax of a row, logits the row less its largest")
  func priors() {
    forEachNode { node, _, _ in
      let largest = node.row[..<node.count].max()!
      #expect(node.likeliest == node.row.firstIndex(of: largest))
      for index in 0..<node.count {
        #expect(abs(Double(node.priors[index]) - node.softmax[index]) < 1e-6)
        #expect(node.logits[index] == node.row[index] - largest)
      }
    }
  }

  @Test("weights are eˣ to within two units in the last place, down to the smallest")
  func exponentials() {
    for count in [2, 17] {
      for index in 0...8000 {
        // Next to 0 all weights sum to 1 + eˣ; where eˣ is too small to be a number, it is 0.
        let x = -Float(index) * 0.0109
        let row =
          [0] + [Float](repeating: -1000, count: count - 2) + [x] + [Float](repeating: 0, count: Node.slack)
        var (logits, priors) = (row, row)
        #expect(assay_place_priors(Int32(count), row, &logits, &priors) == 0)
        let weight = exp(Double(x))
        let truth = weight / (1 + weight)
        // Two of the exponential, one of the sum, one of its reciprocal and one of the product.
        #expect(abs(Double(priors[count - 1]) - truth) <= 5 * Double(Float(truth).ulp), "e to the \(x)")
        #expect(count == 2 || priors[1] == 0)
      }
    }
  }

  @Test("a row with a number that is not finite is refused, and nothing is written", arguments: [3, 20])
  func notFinite(_ count: Int) {
    for wrong in [Float.nan, .infinity, -.infinity] {
      var row = [Float](repeating: 0.5, count: count + Node.slack)
      row[count - 1] = wrong
      var logits = [Float](repeating: 7, count: row.count)
      var priors = logits
      #expect(assay_place_priors(Int32(count), row, &logits, &priors) == -1)
      #expect(logits.allSatisfy { $0 == 7 } && priors.allSatisfy { $0 == 7 })
    }
  }

  @Test("the improved policy is softmax(ln π + σ(q)), with values completed by the rule")
  func policy() {
    forEachNode { node, rule, _ in
      var policy = [Float](repeating: 0, count: node.count + Node.slack)
      withUnsafePointer(to: rule) { rule in node.withEdges { assay_improved_policy($0, rule, &policy) } }
      for (found, expected) in zip(policy, node.improved(rule)) {
        // Exponents are of the order of ten, and known to 24 bits.
        #expect(abs(Double(found) - expected) < 2e-5)
      }
    }
  }

  @Test("a walk takes the edge with the largest π′ − n / (1 + Σn)")
  func improvedEdge() {
    forEachNode { node, rule, _ in
      var scratch = [Float](repeating: 0, count: node.count + Node.slack)
      let found = withUnsafePointer(to: rule) { rule in
        node.withEdges { Int(assay_improved_edge($0, rule, &scratch)) }
      }
      let total = 1 + node.visits[..<node.count].reduce(0.0) { $0 + Double($1) }
      let scores = node.improved(rule).enumerated().map { $1 - Double(node.visits[$0]) / total }
      #expect((0..<node.count).contains(found))
      #expect(scores[found] > scores.max()! - 2e-5)
    }
  }

  @Test("at a root, of the edges taken so often, the one with the largest g + ln π + σ(q)")
  func consideredEdge() {
    var (found, none) = (0, 0)
    forEachNode { node, rule, random in
      var noise = (0..<node.count).map { _ in Float(random.normal()) }
      var before = node.visits.map { $0 > 1 ? Int32(1) : 0 }
      noise += [Float](repeating: .infinity, count: Node.slack)
      before += [Int32](repeating: 0, count: Node.slack)
      let wanted: Int32 = 2
      let edge = withUnsafePointer(to: rule) { rule in
        node.withEdges { Int(assay_considered_edge($0, rule, noise, before, wanted)) }
      }
      let considered = (0..<node.count).filter { node.visits[$0] - before[$0] == wanted }
      guard !considered.isEmpty else {
        none += 1
        #expect(edge == -1)
        return
      }
      found += 1
      let values = node.completed(rule)
      func score(_ edge: Int) -> Double { Double(noise[edge]) + Double(node.row[edge]) + values[edge] }
      #expect(considered.contains(edge))
      #expect(score(edge) > considered.map(score).max()! - 2e-5)
    }
    #expect(found > 100 && none > 100)
  }

  @Test("where every weight would be too small, the largest exponent is taken out first")
  func smallWeights() {
    // What is likely is bad, and what is good all but impossible: exponents of −100 and −200.
    var random = RandomStream(seed: 1)
    var node = Node(count: 2, using: &random)
    let rest = [Float](repeating: 0, count: Node.slack)
    node.logits = [0, -200] + rest
    node.priors = [1, 0] + rest
    node.values = [0, 1] + rest
    node.visits = [1, 1] + rest.map { _ in 0 }
    let rule = assay_completion_rule(visit_offset: 99, value_scale: 1, rescales: true, mixes: true)
    var policy = rest
    withUnsafePointer(to: rule) { rule in node.withEdges { assay_improved_policy($0, rule, &policy) } }
    #expect(policy[0] == 1 && policy[1] == 0)
  }
}
