import Foundation
import Yams

/// YAML from anywhere, read without letting it do harm: no file can exhaust memory, time or stack.
enum SafeYAML {
  /// The most bytes a file may have.
  static let largestFile = 262_144
  /// How deep lists and mappings may lie in one another.
  static let greatestDepth = 24
  /// How many values a file may have, aliases counted each time.
  static let mostValues = 20_000
  /// How many aliases a file may have.
  static let mostAliases = 16

  /// The documents of a file, up to the first mistake.
  ///
  /// - Parameter data: the file.
  /// - Returns: the documents, and what keeps the rest from being read.
  static func documents(of data: Data) -> (roots: [Node], problem: ScriptProblem?) {
    guard data.count <= largestFile else {
      return ([], ScriptProblem("", "\(data.count) bytes long", allowed: "at most \(largestFile) bytes"))
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      return ([], ScriptProblem("", "not in UTF-8", allowed: "text in UTF-8"))
    }
    if let problem = obstacle(in: text) { return ([], problem) }
    var roots: [Node] = []
    do {
      let parser = try Parser(yaml: text)
      while let root = try parser.nextRoot() {
        // A document without anything in it, as after a last `---`.
        if case .scalar(let scalar) = root, scalar.string.isEmpty, scalar.style == .plain { continue }
        var budget = mostValues
        if let line = excess(in: root, depth: 0, budget: &budget) {
          return (roots, problem(at: line, budget < 0 ? "of too many values" : "nested too deeply", allowed))
        }
        roots.append(root)
      }
    } catch {
      return (roots, problem(for: error))
    }
    if roots.isEmpty { return ([], ScriptProblem("", "empty", allowed: "at least one scenario")) }
    return (roots, nil)
  }

  private static let allowed = "\(mostValues) values, \(greatestDepth) levels deep"

  private static func problem(at line: Int?, _ value: String, _ allowed: String) -> ScriptProblem {
    var problem = ScriptProblem("", value, allowed: allowed)
    problem.line = line
    return problem
  }

  /// What the parser must not even see: it goes as deep as the text does.
  private static func obstacle(in text: String) -> ScriptProblem? {
    var (line, column, depth, aliases, leading) = (1, 0, 0, 0, 0)
    var previous: UInt8 = 10
    var isLeading = true
    for byte in text.utf8 {
      if byte == 10 {
        line += 1
        column = 0
        leading = 0
        isLeading = true
      } else {
        column += 1
        switch byte {
        case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
        case UInt8(ascii: "]"), UInt8(ascii: "}"): depth = max(0, depth - 1)
        case UInt8(ascii: "*") where [10, 32, 44, 91, 123].contains(previous): aliases += 1
        case 9 where isLeading:
          return problem(at: line, "indented by a tab", "spaces")
        default: break
        }
        // Each level of a block stands further right, or behind another dash.
        isLeading = isLeading && [32, UInt8(ascii: "-"), UInt8(ascii: "?"), UInt8(ascii: ":")].contains(byte)
        if isLeading { leading += 1 }
        if depth > 4 * greatestDepth || leading > 200 {
          return problem(at: line, "nested too deeply", allowed)
        }
        if aliases > mostAliases { return problem(at: line, "of too many aliases", "at most \(mostAliases)") }
      }
      previous = byte
    }
    return nil
  }

  /// The line where there is too much, if there is.
  private static func excess(in node: Node, depth: Int, budget: inout Int) -> Int? {
    budget -= 1
    guard budget >= 0, depth <= greatestDepth else { return node.mark?.line ?? 1 }
    switch node {
    case .mapping(let mapping):
      for (key, value) in mapping {
        if let line = excess(in: key, depth: depth + 1, budget: &budget) { return line }
        if let line = excess(in: value, depth: depth + 1, budget: &budget) { return line }
      }
    case .sequence(let sequence):
      for value in sequence {
        if let line = excess(in: value, depth: depth + 1, budget: &budget) { return line }
      }
    case .scalar, .alias: break
    }
    return nil
  }

  private static func problem(for error: any Error) -> ScriptProblem {
    switch error {
    case YamlError.scanner(_, let text, let mark, _), YamlError.parser(_, let text, let mark, _),
      YamlError.composer(_, let text, let mark, _):
      problem(at: mark.line, "not YAML: \(text)", "YAML 1.1")
    case YamlError.duplicatedKeysInMapping(let keys, let context):
      problem(at: context.mark.line, "a mapping with '\(keys.first ?? "")' twice", "each key once")
    case YamlError.reader(let text, _, _, _): problem(at: nil, "not YAML: \(text)", "YAML 1.1")
    default: problem(at: nil, "not YAML", "YAML 1.1")
    }
  }
}
