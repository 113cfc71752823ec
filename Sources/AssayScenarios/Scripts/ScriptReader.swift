import Yams

/// Takes YAML apart, and notes each mistake and where it stands.
struct ScriptReader {
  private(set) var problems: [ScriptProblem] = []
  /// The lines of fields.
  private(set) var lines: [String: Int] = [:]
  /// Fields that could not be read; something harmless stands in their place.
  private(set) var broken: Set<String> = []

  /// What a node is, in words.
  static func text(_ node: Node) -> String {
    switch node {
    case .scalar(let scalar): scalar.string
    case .mapping: "a mapping"
    case .sequence: "a list"
    case .alias: "an alias"
    }
  }

  /// Notes where a field stands: with its key, where it has one.
  mutating func note(_ node: Node, at field: String) { lines[field] = lines[field] ?? node.mark?.line }

  /// Notes that a field could not be read, where the problem is already told.
  mutating func markBroken(_ field: String) { broken.insert(field) }

  mutating func fail(_ problem: ScriptProblem, _ node: Node?) {
    var problem = problem
    problem.line = node?.mark?.line
    problems.append(problem)
    broken.insert(problem.field)
  }

  mutating func fail(_ field: String, _ node: Node, allowed: String, known: [String] = []) {
    let text = Self.text(node)
    let nearest =
      node.scalar == nil ? nil : UnknownName(kind: "", name: text, known: known).nearest
    fail(ScriptProblem(field, text, allowed: allowed, suggestion: nearest), node)
  }

  // MARK: Values

  /// The entries of a mapping by key; nothing, and a problem, for anything else.
  mutating func entries(
    _ node: Node, at field: String, allowed: [String], required: [String] = []
  ) -> [String: Node] {
    note(node, at: field)
    guard let mapping = node.mapping else {
      fail(field, node, allowed: "a mapping with \(allowed.joined(separator: ", "))")
      return [:]
    }
    var entries: [String: Node] = [:]
    for (key, value) in mapping {
      guard let name = key.scalar?.string, allowed.contains(name) else {
        let name = Self.text(key)
        fail(
          ScriptProblem(
            field.isEmpty ? name : "\(field).\(name)", ScriptProblem.unknown,
            allowed: allowed.joined(separator: ", "),
            suggestion: UnknownName(kind: "key", name: name, known: allowed).nearest), key)
        continue
      }
      entries[name] = value
      lines[field.isEmpty ? name : "\(field).\(name)"] = key.mark?.line
    }
    for name in required where entries[name] == nil {
      // A key that was misspelt is there after all.
      let isMisspelt = problems.contains {
        $0.suggestion == name && broken.contains($0.field) && $0.line != nil
      }
      if !isMisspelt {
        fail(
          ScriptProblem(
            field.isEmpty ? name : "\(field).\(name)", nil, allowed: Self.meaning[name] ?? "a value"),
          node)
      } else {
        broken.insert(field.isEmpty ? name : "\(field).\(name)")
      }
    }
    return entries
  }

  private static let meaning = [
    "scenario": "a name", "claim": "a sentence", "environment": "the name of a world",
    "agent": "the name of an agent",
    "script": "a list of steps", "expect": "a list of expectations", "name": "a name",
    "times": "a whole number",
    "steps": "a list of steps", "episodes": "a whole number", "noise": "a number",
    "between": "two names of arms",
    "metric": "the name of a metric", "diagnosis": "the name of a diagnosis",
  ]

  mutating func list(_ node: Node, at field: String, of kind: String) -> [Node] {
    note(node, at: field)
    guard let sequence = node.sequence else {
      fail(field, node, allowed: "a list of \(kind)")
      return []
    }
    if sequence.isEmpty {
      fail(ScriptProblem(field, "empty", allowed: "a list of \(kind)"), node)
    }
    return Array(sequence)
  }

  mutating func word(_ node: Node, at field: String, allowed: String, known: [String] = []) -> String? {
    note(node, at: field)
    guard let text = node.scalar?.string, !text.allSatisfy(\.isWhitespace) else {
      fail(field, node, allowed: allowed, known: known)
      return nil
    }
    guard known.isEmpty || known.contains(text) else {
      fail(field, node, allowed: allowed, known: known)
      return nil
    }
    return text
  }

  mutating func choice<Choice: CaseIterable & RawRepresentable<String>>(
    _ type: Choice.Type, _ node: Node, at field: String
  ) -> Choice? {
    let known = Choice.allCases.map(\.rawValue)
    return word(node, at: field, allowed: known.joined(separator: ", "), known: known).flatMap(Choice.init)
  }

  mutating func number(_ node: Node, at field: String, allowed: String = "a number") -> Double? {
    note(node, at: field)
    guard let text = node.scalar?.string, let number = NumberWord.number(text) else {
      fail(field, node, allowed: allowed)
      return nil
    }
    return number
  }

  mutating func integer(
    _ node: Node, at field: String, in range: ClosedRange<Int> = 1...1_000_000_000
  ) -> Int? {
    note(node, at: field)
    guard let text = node.scalar?.string, let number = NumberWord.integer(text), range.contains(number) else {
      fail(
        field, node, allowed: "a whole number from \(range.lowerBound) to \(range.upperBound), such as 20k")
      return nil
    }
    return number
  }

  /// A value of a variable: a number where it reads as one, unless it stands in quotes.
  mutating func setting(_ node: Node, at field: String) -> Setting? {
    note(node, at: field)
    guard let scalar = node.scalar, !scalar.string.isEmpty else {
      fail(field, node, allowed: "a word or a number")
      return nil
    }
    if scalar.style == .plain, let number = NumberWord.number(scalar.string) { return .number(number) }
    return .word(scalar.string)
  }

  /// Every entry of a mapping as a setting.
  mutating func settings(_ node: Node, at field: String, leavingOut left: [String] = []) -> Settings {
    note(node, at: field)
    guard let mapping = node.mapping else {
      fail(field, node, allowed: "a mapping of variables to values")
      return [:]
    }
    var settings: Settings = [:]
    for (key, value) in mapping {
      let name = Self.text(key)
      if left.contains(name) { continue }
      lines["\(field).\(name)"] = key.mark?.line
      if let value = setting(value, at: "\(field).\(name)") { settings[name] = value }
    }
    return settings
  }
}
