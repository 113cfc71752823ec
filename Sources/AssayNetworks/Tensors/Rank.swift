/// How many axes a tensor has, known to the compiler.
///
/// The types ``Rank0`` to ``Rank5`` are the only ranks; nobody else can usefully conform.
public protocol Rank: Sendable {
  /// The rank with one axis fewer; of ``Rank0``, itself.
  associatedtype Lower: Rank
  /// The rank with one axis more; of ``Rank5``, itself.
  associatedtype Higher: PositiveRank
  /// How many axes.
  static var count: Int { get }
}

/// A rank of at least one axis.
public protocol PositiveRank: Rank where Lower.Higher == Self {}

/// A rank of at least two axes.
public protocol RankAboveOne: PositiveRank {}

/// No axis: one number.
public enum Rank0: Rank {
  public typealias Lower = Rank0
  public typealias Higher = Rank1
  public static var count: Int { 0 }
}

/// One axis.
public enum Rank1: PositiveRank {
  public typealias Lower = Rank0
  public typealias Higher = Rank2
  public static var count: Int { 1 }
}

/// Two axes.
public enum Rank2: RankAboveOne {
  public typealias Lower = Rank1
  public typealias Higher = Rank3
  public static var count: Int { 2 }
}

/// Three axes.
public enum Rank3: RankAboveOne {
  public typealias Lower = Rank2
  public typealias Higher = Rank4
  public static var count: Int { 3 }
}

/// Four axes.
public enum Rank4: RankAboveOne {
  public typealias Lower = Rank3
  public typealias Higher = Rank5
  public static var count: Int { 4 }
}

/// Five axes, the most there are.
public enum Rank5: RankAboveOne {
  public typealias Lower = Rank4
  public typealias Higher = Rank5
  public static var count: Int { 5 }
}
