/// A space whose columns can be archived.
public protocol ArchivableSpace: ColumnarSpace {
  /// Puts a column in.
  static func put(_ column: Column, as name: String, into archive: inout StateArchive)

  /// Takes a column out.
  ///
  /// - Parameters:
  ///   - name: what it was put in as.
  ///   - count: how many elements it must have.
  ///   - sample: a column of the same kind, of any length.
  ///   - archive: where it is.
  /// - Returns: the column.
  /// - Throws: `DataError` where it is missing or does not fit.
  static func take(_ name: String, count: Int, like sample: Column, from archive: StateArchive)
    throws(DataError)
    -> Column
}

extension DiscreteSpace: ArchivableSpace {
  public static func put(_ column: [Int], as name: String, into archive: inout StateArchive) {
    archive.put(column, as: name)
  }

  public static func take(
    _ name: String, count: Int, like sample: [Int], from archive: StateArchive
  ) throws(DataError) -> [Int] { try archive.integers(name, count: count) }
}

extension BoxSpace: ArchivableSpace {
  public static func put(_ column: VectorColumn, as name: String, into archive: inout StateArchive) {
    archive.put(column.values, as: name)
  }

  public static func take(
    _ name: String, count: Int, like sample: VectorColumn, from archive: StateArchive
  ) throws(DataError) -> VectorColumn {
    var column = VectorColumn(count: count, width: sample.width)
    column.values = try archive.floats(name, count: count * sample.width)
    return column
  }
}

extension StateArchive {
  /// Keeps how episodes ended.
  public mutating func put(_ endings: [Ending?], as name: String) {
    put(
      endings.map { ending -> UInt8 in
        switch ending {
        case nil: 0
        case .terminated: 1
        case .truncated: 2
        }
      }, as: name)
  }

  /// Takes out how episodes ended.
  public func endings(_ name: String, count: Int) throws(DataError) -> [Ending?] {
    try bytes(name, count: count).map { byte throws(DataError) in
      switch byte {
      case 0: nil
      case 1: .terminated
      case 2: .truncated
      default: throw DataError(field: name, value: "\(byte)", allowed: "0, 1 or 2")
      }
    }
  }

  /// Takes out vectors of a width, as many as there are.
  public func vectors(_ name: String, width: Int) throws(DataError) -> VectorColumn {
    let numbers = try floats(name)
    guard width > 0, numbers.count.isMultiple(of: width) else {
      throw DataError(field: name, value: "\(numbers.count) numbers", allowed: "rows of \(width)")
    }
    var column = VectorColumn(count: numbers.count / width, width: width)
    column.values = numbers
    return column
  }
}
