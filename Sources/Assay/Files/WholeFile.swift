import Foundation

/// Files that are read and written as a whole.
package enum WholeFile {
  /// Reads a regular file: a device or a pipe, which may never end, is refused.
  package static func read(_ url: URL) throws(DataError) -> [UInt8] {
    let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable(url, reason: lastError) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw unreadable(url, reason: lastError) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw unreadable(url, reason: "no regular file") }

    let size = Int(status.st_size)
    var failure: String?
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
      while filled < size {
        let count = Foundation.read(descriptor, buffer.baseAddress! + filled, size - filled)
        if count < 0 && errno == EINTR { continue }
        if count < 0 { failure = lastError }
        // A file that shrank meanwhile is as long as what could be read of it.
        if count <= 0 { return }
        filled += count
      }
    }
    if let failure { throw unreadable(url, reason: failure) }
    return bytes
  }

  /// Writes a file so that, whatever happens, there is either what was there before or all of `bytes`: to a
  /// temporary file beside it, which is synced and then renamed.
  package static func write(_ bytes: [UInt8], to url: URL) throws(DataError) {
    // A link stays one: what it leads to is replaced.
    let target = url.resolvingSymlinksInPath()
    let folder = target.deletingLastPathComponent()
    let temporary = folder.appendingPathComponent(".\(target.lastPathComponent).\(UUID().uuidString)")
    do throws(WriteFailure) {
      try create(temporary, holding: bytes)
      guard rename(temporary.path, target.path) == 0 else { throw WriteFailure() }
    } catch {
      unlink(temporary.path)
      throw DataError(
        source: url.path, field: "the file", value: "not writable (\(error.reason))",
        allowed: "a path in a folder that can be written to")
    }
    // The renaming itself lasts only once the folder is on the disk too. Where a folder cannot be synced, there is
    // nothing more to be done: the file is there, and whole.
    let descriptor = open(folder.path, O_RDONLY | O_CLOEXEC)
    if descriptor >= 0 {
      fsync(descriptor)
      close(descriptor)
    }
  }

  /// What the system said of the call that failed last.
  private struct WriteFailure: Error {
    var reason = lastError
  }

  private static var lastError: String { String(cString: strerror(errno)) }

  private static func create(_ url: URL, holding bytes: [UInt8]) throws(WriteFailure) {
    let descriptor = open(url.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw WriteFailure() }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        Foundation.write(descriptor, buffer.baseAddress! + written, buffer.count - written)
      }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else {
        let failure = WriteFailure()
        close(descriptor)
        throw failure
      }
      written += count
    }
    guard fsync(descriptor) == 0 else {
      let failure = WriteFailure()
      close(descriptor)
      throw failure
    }
    guard close(descriptor) == 0 else { throw WriteFailure() }
  }

  private static func unreadable(_ url: URL, reason: String) -> DataError {
    DataError(
      source: url.path, field: "the file", value: "not readable (\(reason))",
      allowed: "a regular file that can be read")
  }
}
