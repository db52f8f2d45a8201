internal import CJansson

/// Fills a list that is being written; see ``JSONText``. It lives as long as the closure that it is given to.
public struct JSONArrayWriter: ~Copyable {
  let array = JSONTree.makeArray()
  var tree = JSONTree()

  init() {}

  deinit { JSONTree.release(array) }

  /// Appends a string.
  public mutating func append(_ text: String) {
    JSONTree.append(JSONTree.make(text), to: array)
  }

  /// Appends an integer.
  public mutating func append(_ number: Int64) {
    JSONTree.append(JSONTree.make(number), to: array)
  }

  /// Appends an integer.
  public mutating func append(_ number: Int) {
    JSONTree.append(JSONTree.make(Int64(number)), to: array)
  }

  /// Appends an integer.
  public mutating func append(_ number: UInt32) {
    JSONTree.append(JSONTree.make(Int64(number)), to: array)
  }

  /// Appends a number.
  public mutating func append(_ number: Double) {
    JSONTree.append(tree.make(number), to: array)
  }

  /// Appends a truth value.
  public mutating func append(_ flag: Bool) {
    JSONTree.append(JSONTree.make(flag), to: array)
  }

  /// Appends a value.
  public mutating func append(_ value: JSON) {
    JSONTree.append(tree.make(value), to: array)
  }

  /// Appends a value out of a document.
  public mutating func append(_ node: JSONNode) {
    JSONTree.append(tree.copy(node), to: array)
  }

  /// Appends a string of at most so many bytes of ASCII. `fill` writes them and tells how many they are.
  public mutating func append(plain most: Int, _ fill: (UnsafeMutableBufferPointer<UInt8>) -> Int) {
    JSONTree.append(JSONTree.make(most: most, fill), to: array)
  }

  /// Appends `null`.
  public mutating func appendNull() {
    JSONTree.append(JSONTree.makeNull(), to: array)
  }

  /// Appends a string, or `null` for `nil`.
  @_disfavoredOverload
  public mutating func append(_ text: String?) {
    if let text { append(text) } else { appendNull() }
  }

  /// Appends an integer, or `null` for `nil`.
  @_disfavoredOverload
  public mutating func append(_ number: Int64?) {
    if let number { append(number) } else { appendNull() }
  }

  /// Appends a number, or `null` for `nil`.
  @_disfavoredOverload
  public mutating func append(_ number: Double?) {
    if let number { append(number) } else { appendNull() }
  }

  /// Appends an object.
  public mutating func object<Failure: Error>(
    _ build: (inout JSONObjectWriter) throws(Failure) -> Void
  ) throws(Failure) {
    var writer = JSONObjectWriter()
    try build(&writer)
    JSONTree.append(tree.take(&writer), to: array)
  }

  /// Appends a list.
  public mutating func array<Failure: Error>(
    _ build: (inout JSONArrayWriter) throws(Failure) -> Void
  ) throws(Failure) {
    var writer = JSONArrayWriter()
    try build(&writer)
    JSONTree.append(tree.take(&writer), to: array)
  }
}
