/// A measurement that there may be no way to take: `null` in JSON then, so that its key is always there.
@propertyWrapper
public struct ExplicitNull<Value: Sendable & Hashable & Codable>: Sendable, Hashable, Codable {
  public var wrappedValue: Value?

  public init(wrappedValue: Value?) { self.wrappedValue = wrappedValue }

  public init(from decoder: any Decoder) throws { wrappedValue = try Value?(from: decoder) }

  public func encode(to encoder: any Encoder) throws { try wrappedValue.encode(to: encoder) }
}

extension KeyedDecodingContainer {
  /// Takes a key that is missing for `null`. A synthesised `init(from:)` finds this before the general one.
  public func decode<Value>(_ type: ExplicitNull<Value>.Type, forKey key: Key) throws -> ExplicitNull<Value> {
    try decodeIfPresent(type, forKey: key) ?? ExplicitNull(wrappedValue: nil)
  }
}
