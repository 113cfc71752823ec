import Assay

/// The check of a world whose observations and actions fit columns.
protocol BatchChecking {
  func checkBatches() -> [Finding]
}

extension EnvironmentChecks: BatchChecking
where World.ObservationSpace: ColumnarSpace, World.ActionSpace: ColumnarSpace {
  func checkBatches() -> [Finding] {
    let stream = RandomStream(seed: seed)
    let batch = EnvironmentCopies(world, count: 3, stream: stream)
    let steps = min(steps, 100)
    let found = EnvironmentBatchChecks(
      batch, of: world, stream: stream, steps: steps, resetInterval: steps * 3 / 5
    ).run()
    return findings(.batches, found.map(\.message))
  }
}

/// The check of a world whose state is a row of numbers.
protocol RestorationChecking {
  func checkRestoration() -> [Finding]
}

extension EnvironmentChecks: RestorationChecking where World: PlaceableEnvironment {
  func checkRestoration() -> [Finding] {
    var messages: [String] = []
    var streams = Streams(seed: seed)
    var walked = world
    var isOver = true
    // From wherever the world is: new, or at the end of an episode.
    let elsewhere = [world, usedWorld()]
    for step in 0..<steps {
      if isOver { _ = walked.reset(using: &streams.world) }
      guard let action = choose(walked, &streams.actions) else { break }
      // Making a world from its numbers may be slow.
      let isTried = step % 4 == 0
      let numbers = isTried ? walked.stateNumbers : []
      var restored = elsewhere[step / 4 % 2]
      var random = streams.world
      let taken = walked.step(action, using: &streams.world)
      isOver = taken.ending != nil
      if !isTried { continue }
      let place = "the state of step \(step), \(numbers),"
      do {
        try restored.place(at: numbers)
      } catch {
        messages.append("\(place) is refused: \(error)")
        continue
      }
      if restored.stateNumbers != numbers {
        messages.append("\(place) becomes \(restored.stateNumbers)")
      } else if restored.isOver || !restored.isAvailable(action) {
        messages.append(
          "\(place) is \(restored.isOver ? "over" : "without the action \(action)") where it is restored")
      } else {
        let again = restored.step(action, using: &random)
        if !agree(taken, again) || random != streams.world {
          messages.append("\(place) is followed by \(taken), and where it is restored by \(again)")
        } else if restored.stateNumbers != walked.stateNumbers {
          messages.append(
            "\(place) leads to \(walked.stateNumbers), and where it is restored to \(restored.stateNumbers)")
        }
      }
    }
    return findings(.restoration, messages)
  }

  /// Whether two steps are the same, but for a time limit, all of which lies before a world that was placed.
  private func agree(_ one: Step<World.Observation>, _ other: Step<World.Observation>) -> Bool {
    one.observation == other.observation && one.reward.value.bitPattern == other.reward.value.bitPattern
      && one.performance.value.bitPattern == other.performance.value.bitPattern
      && (one.ending == .terminated) == (other.ending == .terminated)
  }
}
