import Assay
import AssayNetworks
import Foundation

/// What became of a file.
enum Outcome {
  case accepted
  /// By the field that was wrong.
  case refused(String)
  /// A fault of the reader.
  case violation(String)
}

/// Reads a file, and holds the reader to what it promises.
func check(_ file: [UInt8], as format: Format) -> Outcome {
  do throws(DataError) {
    switch format {
    case .safetensors:
      let read = try Safetensors(bytes: file)
      return isSameAgain(read)
        ? .accepted : .violation("what was read is not the same when written and read again")
    case .array:
      let array = try NumPyArray(bytes: file)
      return check([array.tensor(named: "a")])
    case .archive:
      // Names that safetensors does not allow are allowed here.
      return check(try NumPyArchive(bytes: file).tensors.map { $0.renamed("a.\($0.name)") })
    case .recording:
      let read = try Trajectory(json: Data(file))
      return (try? Trajectory(json: read.json())) == read
        ? .accepted : .violation("what was read is not the same when written and read again")
    case .pomdp:
      let read = try FinitePOMDP(cassandra: file, entryLimit: 1000)
      return isSameAgain(read)
        ? .accepted : .violation("what was read is not the same when written and read again")
    }
  } catch {
    // A message has at most a shape of 64 numbers, and names cut to a hundred characters.
    let message = "\(error)"
    if message.isEmpty || message.utf8.count > 4000 {
      return .violation("a message of \(message.utf8.count) bytes")
    }
    return .refused(kind(of: error))
  }
}

private func check(_ tensors: [StoredTensor]) -> Outcome {
  isSameAgain(Safetensors(tensors))
    ? .accepted : .violation("an array is not the same when written and read again")
}

private func isSameAgain(_ read: Safetensors) -> Bool {
  for tensor in read.tensors {
    // Numbers that Float32 does not have may be refused; all else must be converted.
    if let floats = try? tensor.floats(), floats.count != tensor.count { return false }
  }
  guard let given = try? Safetensors(bytes: read.bytes(order: .given)),
    let sorted = try? Safetensors(bytes: read.bytes(order: .sorted))
  else { return false }
  // Equal strings may still differ in their bytes.
  func names(_ file: Safetensors) -> [[UInt8]] { file.tensors.map { Array($0.name.utf8) } }
  return given == read && names(given) == names(read) && sorted.metadata == read.metadata
    && Set(sorted.tensors) == Set(read.tensors) && Set(names(sorted)) == Set(names(read))
}

private func isSameAgain(_ read: FinitePOMDP) -> Bool {
  guard let text = try? read.cassandraText(), let again = try? FinitePOMDP(cassandra: Array(text.utf8)) else {
    return false
  }
  return again == read
}

private let fields: Set<String> = [
  "the file", "the header's length", "the header", "the data", "the format's version", "the directory",
  "the archive",
  "the zip64 end of the directory", "dtype", "shape", "data_offsets", "descr", "fortran_order", "size",
  "place", "flags",
  "method", "extra field", "checksum", "data", "name", "the name of an entry",
  "env", "max_steps", "note", "versions", "episodes", "kind", "state_dtype", "initial_state", "actions",
  "observations", "states", "rewards", "terminated", "length",
]

/// The field of an error without the names and numbers that are a file's own.
private func kind(of error: DataError) -> String {
  if error.field.hasPrefix("line ") { return "a line" }
  if error.field.hasPrefix("T of ") || error.field.hasPrefix("O of ") { return "a row" }
  if error.field.hasPrefix("byte ") || error.field.contains(": byte ") { return "syntax of the header" }
  if error.field.hasPrefix("the string at") { return "encoding of a string" }
  if error.field.hasPrefix("the name of entry") { return "encoding of a string" }
  var field = Substring(error.field)
  // More than one where it is an entry of a row: `episodes[2].actions[17][0]`.
  while field.hasSuffix("]"), let bracket = field.lastIndex(of: "[") { field = field[..<bracket] }
  for separator in [": ", "."] {
    if let range = field.ranges(of: separator).last { field = field[range.upperBound...] }
  }
  if field.hasPrefix("entry ") { return "an entry of the directory" }
  return fields.contains(String(field)) ? String(field) : "a name or key"
}
