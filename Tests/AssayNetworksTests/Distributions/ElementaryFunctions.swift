import Foundation

// The functions of double precision, under names that those of tensors do not have.
extension Double {
  var exponential: Double { Foundation.exp(self) }
  var logarithm: Double { Foundation.log(self) }
  var hyperbolicTangent: Double { Foundation.tanh(self) }
  var inverseHyperbolicTangent: Double { Foundation.atanh(self) }
}
