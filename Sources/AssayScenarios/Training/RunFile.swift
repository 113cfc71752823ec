import Foundation
import Yams

/// A file that says how an agent is to be trained: a mapping of names to values in YAML, the names those of the
/// command's flags.
///
///     agent: ppo
///     environment: cart-pole
///     steps: 100k
///     rate: 3.0e-4
///     hidden: [64, 64]
///     set: {limit: 500}
public struct RunFile: Sendable {
  /// A name, what it is given, and where that stands.
  public struct Entry: Sendable, Hashable {
    public var name: String
    /// As it would be typed: a list's numbers have commas between them.
    public var text: String
    public var line: Int?
  }

  /// What the file is called in errors.
  public let name: String
  /// Everything but what is to be set in the world.
  public let entries: [Entry]
  /// What is to be set in the world.
  public let settings: [Entry]

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - data: its bytes.
  ///   - name: what it is called in errors.
  /// - Throws: ``ScriptError`` that names the line and the field of everything that is not as it must be.
  public init(_ data: Data, name: String) throws(ScriptError) {
    let (roots, problem) = SafeYAML.documents(of: data)
    var problems = [problem].compactMap(\.self)
    var entries: [Entry] = []
    var settings: [Entry] = []
    if roots.count > 1 {
      problems.append(Self.problem("", "several documents", "one mapping", at: roots[1]))
    }
    if let root = roots.first {
      for (key, value) in root.mapping ?? Self.none(root, &problems) {
        let field = ScriptReader.text(key)
        if field == "set" {
          for (key, value) in value.mapping ?? Self.none(value, &problems, "set") {
            Self.add(ScriptReader.text(key), value, line: key.mark?.line, to: &settings, &problems, "set.")
          }
        } else {
          Self.add(field, value, line: key.mark?.line, to: &entries, &problems)
        }
      }
    }
    guard problems.isEmpty else { throw ScriptError(problems: problems.map { $0.within(name) }) }
    self.name = name
    self.entries = entries
    self.settings = settings
  }

  /// The mistake of an entry.
  ///
  /// - Parameters:
  ///   - entry: the entry, or one of ``settings``.
  ///   - allowed: what it may be, in words.
  /// - Returns: the mistake, with the file and the line.
  public func problem(with entry: Entry, allowed: String) -> ScriptProblem {
    var problem = ScriptProblem(entry.name, entry.text, allowed: allowed)
    problem.line = entry.line
    return problem.within(name)
  }

  /// The mistake of an entry with a name that is not known.
  public func problem(withUnknown entry: Entry, known: [String]) -> ScriptProblem {
    var problem = ScriptProblem(
      entry.name, ScriptProblem.unknown, allowed: known.joined(separator: ", "),
      suggestion: UnknownName(kind: "name", name: entry.name, known: known).nearest)
    problem.line = entry.line
    return problem.within(name)
  }

  private static func add(
    _ name: String, _ node: Node, line: Int?, to entries: inout [Entry], _ problems: inout [ScriptProblem],
    _ prefix: String = ""
  ) {
    let texts = (node.sequence.map(Array.init) ?? [node]).map { $0.scalar?.string }
    guard !name.isEmpty, texts.allSatisfy({ $0 != nil }) else {
      problems.append(
        problem(prefix + name, ScriptReader.text(node), "a value, or a list of numbers", at: node))
      return
    }
    entries.append(Entry(name: name, text: texts.compactMap(\.self).joined(separator: ","), line: line))
  }

  private static func none(
    _ node: Node, _ problems: inout [ScriptProblem], _ field: String = ""
  ) -> Node.Mapping {
    problems.append(problem(field, ScriptReader.text(node), "a mapping of names to values", at: node))
    return Node.Mapping([])
  }

  private static func problem(
    _ field: String, _ value: String, _ allowed: String, at node: Node
  ) -> ScriptProblem {
    var problem = ScriptProblem(field, value, allowed: allowed)
    problem.line = node.mark?.line
    return problem
  }
}

extension ScriptProblem {
  /// The same, known to be in a file.
  fileprivate func within(_ file: String) -> ScriptProblem {
    var copy = self
    copy.file = file
    return copy
  }
}
