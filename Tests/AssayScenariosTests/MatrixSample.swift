import AssayDiagnostics
import AssayScenarios
import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Matrices whose answers are given, not measured.
enum MatrixSample {
  static let attack = "<img src=x onerror='alert(1)'>\"&\u{1B}[31m\u{202E}]]>"

  static func cell(
    _ faults: [String], _ strength: String?, agent: String = "dyna", world: String = "lake", answers: [String]
  ) -> DiagnosisMatrix.Cell {
    .init(
      environment: world, agent: agent, faults: faults, strength: strength,
      answers: answers.enumerated().map { index, answer in
        let names = answer.split(separator: " + ").map(String.init)
        return .init(seed: UInt64(index), diagnosis: names[0], also: Array(names.dropFirst()))
      })
  }

  static func omission(_ faults: [String], _ strength: String?, agent: String, world: String, reason: String)
    throws -> DiagnosisMatrix.Omission
  {
    let object: [String: Any] = [
      "environment": world, "agent": agent, "faults": faults, "strength": strength ?? NSNull(),
      "reason": reason,
    ]
    return try JSONDecoder().decode(
      DiagnosisMatrix.Omission.self, from: JSONSerialization.data(withJSONObject: object))
  }

  /// Ten agents a cell: one false alarm in twenty, and two strengths of a fault that is harder to see when weak.
  static func small() throws -> DiagnosisMatrix {
    let right = [String](repeating: "critic-frozen", count: 10)
    return DiagnosisMatrix(
      steps: 20_000, seeds: Array(0..<10),
      cells: [
        cell([], nil, answers: [String](repeating: "healthy", count: 10)),
        cell([], nil, world: "maze", answers: [String](repeating: "healthy", count: 9) + ["actor-frozen"]),
        cell(["wrong-reward"], nil, answers: [String](repeating: "wrong-reward", count: 10)),
        cell(
          ["critic-frozen"], "weak",
          answers: right.prefix(2) + [String](repeating: "actor-frozen", count: 5)
            + ["healthy", "healthy", "inconclusive"]),
        cell(["critic-frozen"], "medium", answers: right),
        cell(
          ["critic-frozen", "actor-frozen"], "weak",
          answers: [String](repeating: "critic-frozen + actor-frozen", count: 4)
            + [String](repeating: "actor-frozen + critic-frozen", count: 3)
            + [String](repeating: "actor-frozen", count: 3)),
      ],
      omissions: [
        try omission(
          ["critic-frozen"], "weak", agent: "dyna", world: "maze", reason: "the maze does not mind"),
        try omission(
          ["critic-frozen"], "medium", agent: "dyna", world: "maze", reason: "the maze does not mind"),
      ])
  }

  /// Every fault there is in four agents and seven worlds, and two pairs, at three strengths.
  static func large() throws -> DiagnosisMatrix {
    let worlds = [
      "frozen-lake-4x4", "grid-world-5x5", "shortcut-maze", "cliff-walking", "coin-corridor", "random-20",
    ]
    var cells: [DiagnosisMatrix.Cell] = []
    var omissions: [DiagnosisMatrix.Omission] = []
    let pairs = [
      ["critic-termination-ignored", "actor-local-optimum"],
      ["model-value-leak", "critic-truncation-terminal"],
    ]
    var turn = 0
    for faults in [[]] + Fault.allCases.map({ [$0.rawValue] }) + pairs {
      let strengths: [String?] =
        faults.isEmpty || faults == ["wrong-reward"] ? [nil] : ["weak", "medium", "strong"]
      for strength in strengths {
        for world in worlds {
          for agent in ["dyna", "planner", "actor-critic", "q-learning"] {
            turn += 1
            if turn.isMultiple(of: 7), !faults.isEmpty {
              omissions.append(
                try omission(
                  faults, strength, agent: agent, world: world, reason: "\(agent) does not have a model"))
              continue
            }
            let wrong = strength == "weak" ? turn % 5 : strength == "medium" ? turn % 13 / 10 : 0
            let name = faults.isEmpty ? "healthy" : faults.joined(separator: " + ")
            cells.append(
              cell(
                faults, strength, agent: agent, world: world,
                answers: [String](repeating: name, count: 5 - wrong)
                  + [String](
                    repeating: turn.isMultiple(of: 2) ? "inconclusive" : "critic-error", count: wrong)))
          }
        }
      }
    }
    return DiagnosisMatrix(steps: 100_000, seeds: Array(100..<105), cells: cells, omissions: omissions)
  }

  /// The large one with every name that a file can choose replaced.
  static func renamed(_ name: (String) -> String) throws -> DiagnosisMatrix {
    let matrix = try small()
    return DiagnosisMatrix(
      steps: matrix.steps, seeds: matrix.seeds,
      cells: matrix.cells.map { cell in
        .init(
          environment: name(cell.environment), agent: name(cell.agent), faults: cell.faults.map(name),
          strength: cell.strength.map(name),
          answers: cell.answers.map {
            .init(seed: $0.seed, diagnosis: name($0.diagnosis), also: $0.also.map(name))
          })
      },
      omissions: try matrix.omissions.map {
        try omission(
          $0.faults.map(name), $0.strength.map(name), agent: name($0.agent), world: name($0.environment),
          reason: name($0.reason))
      })
  }

  static func empty() -> DiagnosisMatrix { DiagnosisMatrix(steps: 1, seeds: [0], cells: [], omissions: []) }

  static func all() throws -> [(name: String, matrix: DiagnosisMatrix)] {
    [
      ("small", try small()), ("large", try large()), ("empty", empty()),
      ("hostile", try renamed { _ in attack }),
      ("hostile, but different", try renamed { $0 + attack }),
      ("long", try renamed { $0 + String(repeating: "-and-so-on", count: 20) }),
      ("wide", try renamed { $0 + String(repeating: "湖面の氷🧊", count: 12) }),
    ]
  }
}

/// What a page is made of, as an XML parser sees it.
final class ParsedPage: NSObject, XMLParserDelegate {
  private(set) var elements: [(name: String, attributes: [String: String], text: String)] = []
  private(set) var error: String?
  private var open: [Int] = []

  init(_ html: String) {
    super.init()
    let parser = XMLParser(data: Data(html.utf8))
    parser.delegate = self
    if !parser.parse() { error = "line \(parser.lineNumber): \(String(describing: parser.parserError))" }
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    open.append(elements.count)
    elements.append((name, attributes, ""))
  }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    open.removeLast()
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) {
    for index in open { elements[index].text += text }
  }

  /// The elements of a name whose `class` has a word.
  func all(_ name: String, class word: String? = nil) -> [(attributes: [String: String], text: String)] {
    elements.filter { element in
      element.name == name
        && (word.map { (element.attributes["class"] ?? "").split(separator: " ").contains(Substring($0)) }
          ?? true)
    }.map { ($0.attributes, $0.text) }
  }
}
