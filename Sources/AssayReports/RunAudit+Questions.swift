import AssayDiagnostics
import Foundation

extension RunAudit {
  /// The report as JSON, schema `assay.run-audit/1`: sorted keys, indented, with a newline at the end.
  ///
  /// - Throws: `EncodingError` that names the field, where a number is not finite: JSON has no word for it.
  public func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    var data = try encoder.encode(self)
    data.append(UInt8(ascii: "\n"))
    return data
  }

  /// The questions, in the order in which they are asked everywhere.
  var questions: [Question] {
    [
      Question(
        part: "critic", text: "Does the critic approximate the value it claims to?", verdict: critic?.verdict,
        reason: "The agent has no critic."),
      Question(
        part: "actor", text: "Does the actor maximise the critic?", verdict: actor?.verdict,
        reason: "There is no critic to hold it to."),
      Question(
        part: "model", text: "Is the model right where it is used?", verdict: model?.verdict,
        reason: "The agent has no model."),
    ]
  }

  /// Which recursion the critic satisfies, in a sentence; `nil` where it cannot be told.
  var recursionWords: String? {
    guard let recursion = critic?.recursion else { return nil }
    return "From one step to the next its values follow "
      + "\(NumberText.interval(recursion.rewardFactor)) of the reward and "
      + "\(NumberText.interval(recursion.discount)) of the next value."
  }

  /// How the truth was come by, in a sentence.
  var method: String {
    let claim =
      example.critic.map { critic in
        " Each return was played for up to \(counted(critic.horizon, "step"))"
          + (critic.cutShare > 0
            ? "; \(NumberText.share(critic.cutShare)) were cut off there, which can move the mean by up to "
              + "\(NumberText.number(critic.truncationBias))."
            : ", and every one ended before.")
      } ?? ""
    return
      "\(counted(subject.states, "state")), half of them on the agent's own way and half where episodes begin, "
      + "\(counted(subject.restarts, "restart")) "
      + "from each in copies of the world: \(counted(subject.worldSteps, "step")) in all." + claim
  }

  /// The numbers behind the verdicts, with their meanings.
  var metrics: [(path: String, meaning: String, value: Estimate?)] {
    var rows: [(String, String, Estimate?)] = [
      ("outcome.value", "worth of the policy there", example.value),
      ("outcome.evenValue", "worth of acting at random there", example.evenValue),
    ]
    if let critic {
      rows += [
        ("critic.bias", "mean V̂ − Ḡ", critic.bias),
        ("critic.rmse", "√ mean (V̂ − Ḡ)² without chance", critic.rmse),
        ("critic.relativeError", "the same, of what is at stake", critic.relativeError),
        ("critic.recursion.rewardFactor", "b of V̂ ≈ b r + g V̂′ + c", critic.recursion?.rewardFactor),
        ("critic.recursion.discount", "g of the same", critic.recursion?.discount),
      ]
    }
    if let actor {
      rows += [
        ("actor.gap", actor.isExact ? "given up, of what chance would" : "the same, at least", actor.gap),
        ("actor.improvement", "what one step after the critic would gain", actor.improvement),
      ]
    }
    if let model {
      rows += [
        ("model.error", "one-step error, of how far the world moves", model.error),
        ("model.exploitation", "what the model promises the policy for nothing", model.exploitation),
      ]
    }
    return rows
  }
}
