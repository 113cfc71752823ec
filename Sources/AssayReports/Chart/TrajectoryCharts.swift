import AssayPlanning

/// Predicted returns of what was tried, one column an iteration: candidates as dots, the best and the mean as lines.
struct TrajectoryReturnsChart {
  var trace: TrajectoryTrace

  var markup: Markup {
    let iterations = trace.iterations
    let values = iterations.flatMap {
      [$0.best.predictedReturn, $0.meanReturn] + $0.candidates.map(\.predictedReturn)
    }
    let frame = PlotFrame(
      x: Scale(for: [0.5, Double(iterations.count) + 0.5], from: 56, to: 386),
      y: Scale(for: values, from: 208, to: 26, minimumSpan: 1e-9, padding: 0.05), xName: "iteration",
      yName: "predicted return")
    let dots = iterations.enumerated().map { index, iteration -> Markup in
      let places = iteration.candidates.enumerated().map { place, candidate -> Markup in
        // Side by side, so that equal ones can be told apart.
        let shift =
          iteration.candidates.count > 1 ? Double(place) / Double(iteration.candidates.count - 1) - 0.5 : 0
        return Shape.dot(
          x: frame.x(Double(index + 1) + 0.4 * shift), y: frame.y(candidate.predictedReturn), radius: 2.4,
          style: "visit",
          tooltip:
            "iteration \(index + 1), candidate \(candidate.index): \(NumberText.number(candidate.predictedReturn))"
        )
      }
      return "\(places)"
    }
    func line(_ style: String, _ name: String, _ value: (TrajectoryTrace.Iteration) -> Double) -> Markup {
      let points = iterations.enumerated().map { (x: frame.x(Double($0 + 1)), y: frame.y(value($1))) }
      let marks = zip(points, iterations).map { point, iteration in
        Shape.dot(
          x: point.x, y: point.y, radius: 3, style: style == "line" ? "learned" : "truth",
          tooltip: "\(name): \(NumberText.number(value(iteration)))")
      }
      return "\(Shape.path(points, style: style))\(marks)"
    }
    return SVGFigure(
      id: "returns", title: "Predicted returns",
      description: iterations.last.map {
        "In the last of \(counted(iterations.count, "iteration")) the best is "
          + "\(NumberText.number($0.best.predictedReturn)), the mean \(NumberText.number($0.meanReturn))."
      } ?? "Nothing was tried.",
      width: 400, height: 246,
      body: [
        frame.markup, "\(dots)", line("line", "mean of all", \.meanReturn),
        line("reference", "best", \.best.predictedReturn),
      ]
    ).markup
  }
}

/// One number of the actions over the steps of a plan: candidates faint, what is drawn from next as a band, the best on
/// top.
struct ActionSequencesChart {
  var trace: TrajectoryTrace
  /// Which iteration, from 0.
  var iteration: Int
  /// Which number of an action, from 0.
  var coordinate: Int

  private var values: [Double] {
    trace.iterations.flatMap { iteration in
      (iteration.candidates + [iteration.best]).flatMap { sequence(of: $0.actions.map(Double.init)) }
    }
  }

  private func sequence(of actions: [Double]) -> [Double] {
    (0..<trace.horizon).map { actions[$0 * trace.width + coordinate] }
  }

  var markup: Markup {
    let shown = trace.iterations[iteration]
    // The same for all iterations, so that they can be compared.
    let frame = PlotFrame(
      x: Scale(for: [1, Double(max(2, trace.horizon))], from: 52, to: 386),
      y: Scale(for: values, from: 168, to: 26, minimumSpan: 1e-6, padding: 0.05), xName: "step",
      yName: trace.width > 1 ? "action \(coordinate + 1)" : "action")
    func points(_ values: [Double]) -> [(x: Double, y: Double)] {
      values.enumerated().map { (frame.x(Double($0 + 1)), frame.y($1)) }
    }
    let candidates = shown.candidates.map {
      Shape.path(points(sequence(of: $0.actions.map(Double.init))), style: "faint")
    }
    var band: Markup = ""
    if !shown.mean.isEmpty {
      let mean = sequence(of: shown.mean)
      let deviation = shown.deviation.isEmpty ? mean.map { _ in 0 } : sequence(of: shown.deviation)
      let upper = points(zip(mean, deviation).map { $0 + $1 })
      let lower = points(zip(mean, deviation).map { $0 - $1 })
      band = """
        \(Shape.path(upper + lower.reversed(), isClosed: true, style: "band"))\(Shape.path(points(mean), style: "line"))
        """
    }
    let best = Shape.path(points(sequence(of: shown.best.actions.map(Double.init))), style: "reference")
    return SVGFigure(
      id: "actions-\(iteration + 1)-\(coordinate + 1)",
      title: "Actions tried in iteration \(iteration + 1), number \(coordinate + 1)",
      description:
        "\(counted(shown.candidates.count, "candidate")) of \(NumberText.count(shown.evaluated)), and the best.",
      width: 400, height: 206, body: [frame.markup, band, "\(candidates)", best]
    ).markup
  }
}

/// What each step of a sequence is predicted to earn, and what is expected beyond the last.
struct TrajectoryRewardsChart {
  var rewards: [Double]
  /// V̂ after the last step.
  var end: Double

  var markup: Markup {
    let count = rewards.count + (end == 0 ? 0 : 1)
    let frame = PlotFrame(
      x: Scale(for: [0.5, Double(count) + 0.5], from: 56, to: 386),
      y: Scale(for: rewards + [0, end], from: 168, to: 26, minimumSpan: 1e-9, padding: 0.03), xName: "step",
      yName: "predicted reward")
    let width = 330 / Double(count) * 0.7
    func bar(_ index: Int, _ value: Double, _ style: String, _ name: String) -> Markup {
      let (zero, tip) = (frame.y(0), frame.y(value))
      return Shape.rectangle(
        x: frame.x(Double(index + 1)) - width / 2, y: min(zero, tip), width: width, height: abs(zero - tip),
        style: style, tooltip: "\(name): \(NumberText.number(value))")
    }
    var bars = rewards.enumerated().map { bar($0, $1, "truth", "step \($0 + 1)") }
    if end != 0 { bars.append(bar(rewards.count, end, "learned", "beyond the last step")) }
    return SVGFigure(
      id: "rewards", title: "Predicted reward of each step",
      description: "\(counted(rewards.count, "step")); beyond them \(NumberText.number(end)).", width: 400,
      height: 206, body: [frame.markup, "\(bars)"]
    ).markup
  }
}

/// What rewards and values of new nodes contribute to the root's mean return, by how far from the root they are.
struct ReturnSourcesChart {
  var sources: ReturnSources

  private static let shownDepths = 16

  private func lumped(_ values: [Double]) -> [Double] {
    guard values.count > Self.shownDepths else { return values }
    return values[..<(Self.shownDepths - 1)] + [values[(Self.shownDepths - 1)...].reduce(0, +)]
  }

  var markup: Markup {
    let rewards = lumped(sources.rewards)
    let values = lumped(sources.values)
    let count = rewards.count
    let frame = PlotFrame(
      x: Scale(for: [-0.5, Double(count) - 0.5], from: 56, to: 386),
      y: Scale(for: rewards + values + [0], from: 168, to: 26, minimumSpan: 1e-9, padding: 0.03),
      xName: sources.rewards.count > Self.shownDepths
        ? "steps from the root; last: \(Self.shownDepths - 1) and more" : "steps from the root",
      yName: "contribution to the mean return")
    let width = 330 / Double(count) * 0.36
    func bar(_ depth: Int, _ value: Double, _ style: String, left: Double, _ name: String) -> Markup {
      guard value != 0 else { return "" }
      let (zero, tip) = (frame.y(0), frame.y(value))
      return Shape.rectangle(
        x: frame.x(Double(depth)) + left, y: min(zero, tip), width: width, height: abs(zero - tip),
        style: style,
        tooltip: "\(name), \(counted(depth, "step")) from the root: \(NumberText.number(value))")
    }
    let bars = (0..<count).map { depth -> Markup in
      let first = bar(depth, rewards[depth], "truth", left: -width, "rewards")
      return "\(first)\(bar(depth, values[depth], "learned", left: 0, "values of new nodes"))"
    }
    return SVGFigure(
      id: "sources", title: "Where the mean return comes from",
      description:
        "Rewards \(NumberText.rounded(sources.reward)), values of new nodes \(NumberText.rounded(sources.value)).",
      width: 400, height: 206, body: [frame.markup, "\(bars)"]
    ).markup
  }
}
