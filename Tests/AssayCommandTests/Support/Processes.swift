import Foundation

/// Files in the format assay.mdp/1.
enum Processes {
  /// The text of a small valid file: 0 leads to 0 or 1 with probability ½ each, 1 ends. Fields may be replaced by other text,
  /// or left out.
  static func text(_ changes: [String: String?] = [:]) -> String {
    func fields(_ fields: [(String, String)]) -> String {
      fields.compactMap { name, text in
        (changes.keys.contains(name) ? changes[name] ?? nil : text).map { "\"\(name)\": \($0)" }
      }
      .joined(separator: ", ")
    }
    let transitions = fields([
      ("state", "[0, 0, 1]"), ("action", "[0, 0, 0]"), ("next", "[0, 1, 1]"),
      ("probability", "[0.5, 0.5, 1]"),
      ("reward", "[0, 1, 0]"), ("terminal", "[false, false, true]"),
    ])
    let top = fields([
      ("schema", "\"assay.mdp/1\""), ("name", "\"two-state\""), ("states", "2"), ("actions", "1"),
      ("discount", "0.9"), ("initial", "[1, 0]"), ("transitions", "{\(transitions)}"),
    ])
    return "{\(top)}"
  }

  /// The path of a file under Resources.
  static func resource(_ name: String) throws -> String {
    // A bundle that is a plain folder, as on Linux, takes a folder called Resources for its own.
    let url =
      Bundle.module.url(forResource: name, withExtension: nil, subdirectory: "Resources")
      ?? Bundle.module.url(forResource: name, withExtension: nil)
    guard let url else { throw CocoaError(.fileNoSuchFile) }
    return url.path
  }
}
