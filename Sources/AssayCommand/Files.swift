import ArgumentParser
import Assay
import Foundation

/// How the command ends, after BSD's sysexits.
enum ExitStatus {
  static let expectationFailed = ExitCode(1)
  static let usage = ExitCode(64)
  static let badData = ExitCode(65)
  static let noInput = ExitCode(66)
  static let software = ExitCode(70)
  static let cannotCreate = ExitCode(73)
}

/// An end with a line on standard error.
struct Failure: Error {
  var status: ExitCode
  var message: String
}

/// Reading and writing files, and what can go wrong with them.
enum Files {
  static func looksLikeFile(_ name: String) -> Bool {
    [".json", ".mdp", ".pomdp"].contains { hasSuffix($0, name) } || name.contains("/")
      || FileManager.default.fileExists(atPath: name)
  }

  /// Whether a name ends so, in large letters or in small ones.
  static func hasSuffix(_ suffix: String, _ name: String) -> Bool { name.lowercased().hasSuffix(suffix) }

  /// Reads a process from a file: `assay.mdp/1`, or Cassandra's `.MDP`.
  static func readProcess(_ path: String) throws -> FiniteMDP {
    let data = try read(path)
    return try naming(path) { () throws(DataError) in
      hasSuffix(".mdp", path)
        ? try FiniteMDP(cassandra: [UInt8](data), name: stem(of: path)) : try FiniteMDP(json: data)
    }
  }

  /// Reads a process whose state is hidden from a file in Cassandra's format `.POMDP`.
  static func readHiddenProcess(_ path: String) throws -> FinitePOMDP {
    let data = try read(path)
    return try naming(path) { () throws(DataError) in
      try FinitePOMDP(cassandra: [UInt8](data), name: stem(of: path))
    }
  }

  /// What a file is called, without its folder and its kind.
  private static func stem(of path: String) -> String {
    URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
  }

  /// Says in every error which file it is about.
  private static func naming<Value>(_ path: String, _ body: () throws(DataError) -> Value) throws -> Value {
    do { return try body() } catch { throw error.from(path) }
  }

  static func read(_ path: String) throws -> Data {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw Failure(status: ExitStatus.noInput, message: "\(path): there is no such file")
    }
    guard !isDirectory.boolValue else {
      throw Failure(status: ExitStatus.noInput, message: "\(path): is a folder")
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Failure(status: ExitStatus.noInput, message: "\(path): cannot be read")
    }
    return data
  }

  /// Makes sure that a file can be written, without touching it.
  static func checkWritable(_ path: String, flag: String) throws {
    var isDirectory: ObjCBool = false
    func fail(_ reason: String) -> Failure {
      Failure(status: ExitStatus.cannotCreate, message: "\(flag) \(path): \(reason)")
    }
    guard !path.isEmpty else {
      throw Failure(status: ExitStatus.usage, message: "\(flag) is empty; allowed: the name of a file")
    }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isDirectory), isDirectory.boolValue
    else {
      throw fail("there is no folder \(folder)")
    }
    if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) {
      guard !isDirectory.boolValue else { throw fail("is a folder") }
      guard FileManager.default.isWritableFile(atPath: path) else { throw fail("is not writable") }
      if isDevice(path) { return }
    }
    guard FileManager.default.isWritableFile(atPath: folder) else { throw fail("the folder is not writable") }
  }

  /// Whether a path leads to a pipe, a terminal or another device: something to write into, and never to
  /// replace.
  private static func isDevice(_ path: String) -> Bool {
    let path = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let type = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
    return type.map { $0 != .typeRegular && $0 != .typeDirectory } ?? false
  }

  /// Writes a file as a whole or not at all.
  static func write(_ data: Data, to path: String, flag: String) throws {
    do {
      if isDevice(path) {
        try FileHandle(forWritingTo: URL(fileURLWithPath: path)).write(contentsOf: data)
      } else {
        try data.write(to: URL(fileURLWithPath: path).resolvingSymlinksInPath(), options: .atomic)
      }
    } catch {
      throw Failure(
        status: ExitStatus.cannotCreate,
        message: "\(flag) \(path): cannot be written (\(error.localizedDescription))")
    }
  }
}

extension Files {
  /// A name with nothing in it that a file system would take for more than a letter.
  static func harmlessName(_ name: String) -> String {
    let kept = String(name.map { $0.isLetter || $0.isNumber || "-_.".contains($0) ? $0 : "-" })
    return kept.allSatisfy { $0 == "." } ? "world" : kept
  }
}

/// A folder that is made as a whole or not at all, not even where Ctrl-C comes in between.
final class NewFolder {
  private let path: String
  private let flag: String
  private let temporary: URL
  /// Nothing is written while everything is removed.
  private let turn = NSLock()
  private var interruptions: [any DispatchSourceSignal] = []

  /// Gets ready to make a folder, and makes sure that it can be.
  init(_ path: String, flag: String) throws {
    self.path = path
    self.flag = flag
    guard !path.isEmpty else {
      throw Failure(status: ExitStatus.usage, message: "\(flag) is empty; allowed: the name of a folder")
    }
    guard !FileManager.default.fileExists(atPath: path) else {
      throw Failure(
        status: ExitStatus.cannotCreate, message: "\(flag) \(path): is there already; allowed: a new folder")
    }
    let parent = URL(fileURLWithPath: path).deletingLastPathComponent()
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: parent.path, isDirectory: &isDirectory),
      isDirectory.boolValue
    else {
      throw Failure(
        status: ExitStatus.cannotCreate, message: "\(flag) \(path): there is no folder \(parent.path)")
    }
    temporary = parent.appending(
      path: ".\(URL(fileURLWithPath: path).lastPathComponent).\(ProcessInfo.processInfo.processIdentifier)")
    do { try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: false) } catch {
      throw failure(error)
    }
    interruptions = [SIGINT, SIGTERM, SIGHUP].map { number in
      // What is ignored still reaches the source.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { [temporary, turn] in
        // Never given back: nobody writes again.
        turn.lock()
        try? FileManager.default.removeItem(at: temporary)
        signal(number, SIG_DFL)
        kill(getpid(), number)
      }
      source.resume()
      return source
    }
  }

  /// Writes a file into it.
  func write(_ text: String, to name: String) throws {
    do { try turn.withLock { try Data(text.utf8).write(to: temporary.appending(path: name)) } } catch {
      discard()
      throw failure(error)
    }
  }

  /// Puts it in its place.
  func finish() throws {
    do {
      try turn.withLock {
        try FileManager.default.moveItem(at: temporary, to: URL(fileURLWithPath: path))
      }
    } catch {
      discard()
      throw failure(error)
    }
  }

  /// Leaves nothing of it.
  func discard() { try? FileManager.default.removeItem(at: temporary) }

  private func failure(_ error: any Error) -> Failure {
    Failure(
      status: ExitStatus.cannotCreate,
      message: "\(flag) \(path): cannot be written (\(error.localizedDescription))")
  }
}
