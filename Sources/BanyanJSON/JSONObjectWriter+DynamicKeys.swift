extension JSONObjectWriter {
  /// Sets the member `key`, which is known only now, to a string.
  public mutating func set(dynamicKey key: String, _ text: String) {
    output.member(key)
    output.write(text)
  }

  /// Sets the member `key`, which is known only now, to an integer.
  public mutating func set(dynamicKey key: String, _ number: Int64) {
    output.member(key)
    output.write(number)
  }

  /// Sets the member `key`, which is known only now, to an integer.
  public mutating func set(dynamicKey key: String, _ number: Int) {
    output.member(key)
    output.write(Int64(number))
  }

  /// Sets the member `key`, which is known only now, to an integer.
  public mutating func set(dynamicKey key: String, _ number: UInt32) {
    output.member(key)
    output.write(Int64(number))
  }

  /// Sets the member `key`, which is known only now, to a number.
  public mutating func set(dynamicKey key: String, _ number: Double) {
    output.member(key)
    output.write(number)
  }

  /// Sets the member `key`, which is known only now, to a truth value.
  public mutating func set(dynamicKey key: String, _ flag: Bool) {
    output.member(key)
    output.write(flag)
  }

  /// Sets the member `key`, which is known only now, to a value.
  public mutating func set(dynamicKey key: String, _ value: JSON) {
    output.member(key)
    output.write(value)
  }

  /// Sets the member `key`, which is known only now, to a value out of a document.
  public mutating func set(dynamicKey key: String, _ node: JSONNode) {
    output.member(key)
    output.write(node)
  }

  /// Sets the member `key`, which is known only now, to an object.
  public mutating func object<Failure: Error>(
    dynamicKey key: String, _ build: (inout JSONObjectWriter) throws(Failure) -> Void
  ) throws(Failure) {
    output.member(key)
    try output.object(build)
  }

  /// Sets the member `key`, which is known only now, to a list.
  public mutating func array<Failure: Error>(
    dynamicKey key: String, _ build: (inout JSONArrayWriter) throws(Failure) -> Void
  ) throws(Failure) {
    output.member(key)
    try output.array(build)
  }
}
