import AssayNetworks

/// How gradients become changes, by name.
public enum UpdateRuleName: String, Sendable, Hashable, CaseIterable {
  case adam
  case rmsProp = "rms-prop"
  case gradientDescent = "gradient-descent"

  /// The rule with the ε that policy-gradient agents are commonly run with.
  var updateRule: UpdateRule {
    switch self {
    case .adam: .adam(epsilon: 1e-5)
    case .rmsProp: .rmsProp(epsilon: 1e-5)
    case .gradientDescent: .gradientDescent()
    }
  }
}
