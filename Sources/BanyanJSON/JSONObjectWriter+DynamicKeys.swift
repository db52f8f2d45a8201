extension JSONObjectWriter {
  /// Sets the member `key`, which is known only now, to a string.
  public mutating func set(dynamicKey key: String, _ text: String) {
    JSONTree.set(key, JSONTree.make(text), in: object)
  }

  /// Sets the member `key`, which is known only now, to an integer.
  public mutating func set(dynamicKey key: String, _ number: Int64) {
    JSONTree.set(key, JSONTree.make(number), in: object)
  }

  /// Sets the member `key`, which is known only now, to an integer.
  public mutating func set(dynamicKey key: String, _ number: Int) {
    JSONTree.set(key, JSONTree.make(Int64(number)), in: object)
  }

  /// Sets the member `key`, which is known only now, to an integer.
  public mutating func set(dynamicKey key: String, _ number: UInt32) {
    JSONTree.set(key, JSONTree.make(Int64(number)), in: object)
  }

  /// Sets the member `key`, which is known only now, to a number.
  public mutating func set(dynamicKey key: String, _ number: Double) {
    JSONTree.set(key, tree.make(number), in: object)
  }

  /// Sets the member `key`, which is known only now, to a truth value.
  public mutating func set(dynamicKey key: String, _ flag: Bool) {
    JSONTree.set(key, JSONTree.make(flag), in: object)
  }

  /// Sets the member `key`, which is known only now, to a value.
  public mutating func set(dynamicKey key: String, _ value: JSON) {
    JSONTree.set(key, tree.make(value), in: object)
  }

  /// Sets the member `key`, which is known only now, to a value out of a document.
  public mutating func set(dynamicKey key: String, _ node: JSONNode) {
    JSONTree.set(key, tree.copy(node), in: object)
  }

  /// Sets the member `key`, which is known only now, to an object.
  public mutating func object<Failure: Error>(
    dynamicKey key: String, _ build: (inout JSONObjectWriter) throws(Failure) -> Void
  ) throws(Failure) {
    var writer = JSONObjectWriter()
    try build(&writer)
    JSONTree.set(key, tree.take(&writer), in: object)
  }

  /// Sets the member `key`, which is known only now, to a list.
  public mutating func array<Failure: Error>(
    dynamicKey key: String, _ build: (inout JSONArrayWriter) throws(Failure) -> Void
  ) throws(Failure) {
    var writer = JSONArrayWriter()
    try build(&writer)
    JSONTree.set(key, tree.take(&writer), in: object)
  }
}
