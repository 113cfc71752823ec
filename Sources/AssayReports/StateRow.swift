import AssayDiagnostics

/// One state with all that is known of it: the report's parallel arrays read across.
///
/// A report may come from a file whose arrays are too short, so every field can be missing.
struct StateRow {
  var index: Int
  var name: String
  var trueValue: Double?
  var learnedValue: Double?
  var visits: Double?
  var actorGap: Double?
  var policy: [Double]
  var isLive: Bool

  /// V̂ − V.
  var error: Double? {
    guard let learnedValue, let trueValue else { return nil }
    return learnedValue - trueValue
  }

  /// The action the actor takes most often, and how often.
  var likeliest: (action: Int, probability: Double)? {
    guard let action = policy.indices.filter({ policy[$0].isFinite }).max(by: { policy[$0] < policy[$1] })
    else { return nil }
    return (action, min(1, max(0, policy[action])))
  }

  /// What a pointer resting on the state is told.
  var tooltip: String {
    guard isLive else { return "\(name): an end" }
    let values = "V̂ \(NumberText.number(learnedValue)), V \(NumberText.number(trueValue))"
    return "\(name): \(values), error \(NumberText.signed(error)), \(NumberText.share(visits)) of visits"
  }
}

extension StateFindings {
  /// Every state, in order.
  var rows: [StateRow] {
    stateNames.indices.map { index in
      func value(_ values: [Double]) -> Double? {
        values.indices.contains(index) && values[index].isFinite ? values[index] : nil
      }
      return StateRow(
        index: index, name: stateNames[index], trueValue: value(trueValues),
        learnedValue: value(learnedValues),
        visits: value(visits), actorGap: value(actorGaps),
        policy: policy.indices.contains(index) ? policy[index] : [],
        isLive: isLive.indices.contains(index) ? isLive[index] : true)
    }
  }

  /// What an action is called.
  func actionName(_ action: Int) -> String {
    actionNames.indices.contains(action) ? actionNames[action] : "action \(action)"
  }
}
