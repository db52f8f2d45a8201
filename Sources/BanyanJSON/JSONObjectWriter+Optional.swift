extension JSONObjectWriter {
  /// Sets the member `key` to a string, or leaves it out.
  public mutating func set(_ key: StaticString, ifPresent text: String?) {
    if let text { set(key, text) }
  }

  /// Sets the member `key` to an integer, or leaves it out.
  public mutating func set(_ key: StaticString, ifPresent number: Int64?) {
    if let number { set(key, number) }
  }

  /// Sets the member `key` to an integer, or leaves it out.
  public mutating func set(_ key: StaticString, ifPresent number: Int?) {
    if let number { set(key, number) }
  }

  /// Sets the member `key` to a number, or leaves it out.
  public mutating func set(_ key: StaticString, ifPresent number: Double?) {
    if let number { set(key, number) }
  }

  /// Sets the member `key` to a truth value, or leaves it out.
  public mutating func set(_ key: StaticString, ifPresent flag: Bool?) {
    if let flag { set(key, flag) }
  }
}
