internal import CJansson

/// Fills an object that is being written; see ``JSONText``. It lives as long as the closure that it is given to.
public struct JSONObjectWriter: ~Copyable {
  let object = JSONTree.makeObject()
  var tree = JSONTree()

  init() {}

  deinit { JSONTree.release(object) }

  /// Sets the member `key` to a string.
  public mutating func set(_ key: StaticString, _ text: String) {
    JSONTree.set(key, JSONTree.make(text), in: object)
  }

  /// Sets the member `key` to an integer.
  public mutating func set(_ key: StaticString, _ number: Int64) {
    JSONTree.set(key, JSONTree.make(number), in: object)
  }

  /// Sets the member `key` to an integer.
  public mutating func set(_ key: StaticString, _ number: Int) {
    JSONTree.set(key, JSONTree.make(Int64(number)), in: object)
  }

  /// Sets the member `key` to an integer.
  public mutating func set(_ key: StaticString, _ number: UInt32) {
    JSONTree.set(key, JSONTree.make(Int64(number)), in: object)
  }

  /// Sets the member `key` to a number.
  public mutating func set(_ key: StaticString, _ number: Double) {
    JSONTree.set(key, tree.make(number), in: object)
  }

  /// Sets the member `key` to a truth value.
  public mutating func set(_ key: StaticString, _ flag: Bool) {
    JSONTree.set(key, JSONTree.make(flag), in: object)
  }

  /// Sets the member `key` to a value.
  public mutating func set(_ key: StaticString, _ value: JSON) {
    JSONTree.set(key, tree.make(value), in: object)
  }

  /// Sets the member `key` to a value out of a document.
  public mutating func set(_ key: StaticString, _ node: JSONNode) {
    JSONTree.set(key, tree.copy(node), in: object)
  }

  /// Sets the member `key` to a string of at most so many bytes of ASCII. `fill` writes them and tells how many they are.
  public mutating func set(
    _ key: StaticString, plain most: Int, _ fill: (UnsafeMutableBufferPointer<UInt8>) -> Int
  ) {
    JSONTree.set(key, JSONTree.make(most: most, fill), in: object)
  }

  /// Sets the member `key` to `null`.
  public mutating func setNull(_ key: StaticString) {
    JSONTree.set(key, JSONTree.makeNull(), in: object)
  }

  /// Sets the member `key` to an object.
  public mutating func object<Failure: Error>(
    _ key: StaticString, _ build: (inout JSONObjectWriter) throws(Failure) -> Void
  ) throws(Failure) {
    var writer = JSONObjectWriter()
    try build(&writer)
    JSONTree.set(key, tree.take(&writer), in: object)
  }

  /// Sets the member `key` to a list.
  public mutating func array<Failure: Error>(
    _ key: StaticString, _ build: (inout JSONArrayWriter) throws(Failure) -> Void
  ) throws(Failure) {
    var writer = JSONArrayWriter()
    try build(&writer)
    JSONTree.set(key, tree.take(&writer), in: object)
  }
}
