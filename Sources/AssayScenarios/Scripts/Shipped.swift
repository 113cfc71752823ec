import Foundation

/// The scenarios that come with the package.
public enum ShippedScenarios {
  /// A file of scenarios.
  public struct File: Sendable {
    /// Its name without the ending: `coin-moves`.
    public let name: String
    public let data: Data

    /// What it is called in messages.
    public var title: String { name + ".yaml" }
  }

  /// The files, by name.
  public static let files: [File] = {
    guard let folder = Bundle.module.url(forResource: "Shipped", withExtension: nil),
      let urls = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    else { return [] }
    return urls.filter { $0.pathExtension == "yaml" }.sorted { $0.lastPathComponent < $1.lastPathComponent }
      .compactMap { url in
        (try? Data(contentsOf: url)).map {
          File(name: url.deletingPathExtension().lastPathComponent, data: $0)
        }
      }
  }()

  /// The file of a name.
  ///
  /// - Throws: ``UnknownName`` with the nearest name there is.
  public static func file(named name: String) throws(UnknownName) -> File {
    guard let file = files.first(where: { $0.name == name }) else {
      throw UnknownName(kind: "scenario", name: name, known: files.map(\.name))
    }
    return file
  }
}
