/// Fills an object that is being written; see ``JSONText``. It lives as long as the closure that it is given to.
///
/// Each key is set once: what was written is not looked at again.
public struct JSONObjectWriter: ~Copyable {
  var output: JSONOutput

  /// Sets the member `key` to a string.
  public mutating func set(_ key: StaticString, _ text: String) {
    output.member(key)
    output.write(text)
  }

  /// Sets the member `key` to an integer.
  public mutating func set(_ key: StaticString, _ number: Int64) {
    output.member(key)
    output.write(number)
  }

  /// Sets the member `key` to an integer.
  public mutating func set(_ key: StaticString, _ number: Int) {
    output.member(key)
    output.write(Int64(number))
  }

  /// Sets the member `key` to an integer.
  public mutating func set(_ key: StaticString, _ number: UInt32) {
    output.member(key)
    output.write(Int64(number))
  }

  /// Sets the member `key` to a number.
  public mutating func set(_ key: StaticString, _ number: Double) {
    output.member(key)
    output.write(number)
  }

  /// Sets the member `key` to a truth value.
  public mutating func set(_ key: StaticString, _ flag: Bool) {
    output.member(key)
    output.write(flag)
  }

  /// Sets the member `key` to a value.
  public mutating func set(_ key: StaticString, _ value: JSON) {
    output.member(key)
    output.write(value)
  }

  /// Sets the member `key` to a value out of a document.
  public mutating func set(_ key: StaticString, _ node: JSONNode) {
    output.member(key)
    output.write(node)
  }

  /// Sets the member `key` to a string of at most `most` bytes of ASCII that need no escape. `fill` writes them and tells
  /// how many they are.
  public mutating func set(
    _ key: StaticString, plain most: Int, _ fill: (UnsafeMutableBufferPointer<UInt8>) -> Int
  ) {
    output.member(key)
    output.write(plain: most, fill)
  }

  /// How much was written of the whole text: what is written next begins there.
  public var position: Int { output.bytes.count }

  /// The text of the members that were set since a ``position``, each with the comma in front of it. One member at the
  /// least was set before.
  public func text(from position: Int) -> [UInt8] { Array(output.bytes[position...]) }

  /// Sets members again that another object has (``text(from:)``). One member at the least was set before.
  public mutating func append(members text: [UInt8]) { output.append(members: text) }

  /// Sets the member `key` to `null`.
  public mutating func setNull(_ key: StaticString) {
    output.member(key)
    output.writeNull()
  }

  /// Sets the member `key` to an object.
  public mutating func object<Failure: Error>(
    _ key: StaticString, _ build: (inout JSONObjectWriter) throws(Failure) -> Void
  ) throws(Failure) {
    output.member(key)
    try output.object(build)
  }

  /// Sets the member `key` to a list.
  public mutating func array<Failure: Error>(
    _ key: StaticString, _ build: (inout JSONArrayWriter) throws(Failure) -> Void
  ) throws(Failure) {
    output.member(key)
    try output.array(build)
  }
}

extension JSONOutput {
  /// An object. What a closure throws leaves half a text behind, which its owner drops.
  mutating func object<Failure: Error>(
    _ build: (inout JSONObjectWriter) throws(Failure) -> Void
  ) throws(Failure) {
    var writer = JSONObjectWriter(output: JSONOutput(inside: &self, opening: UInt8(ascii: "{")))
    defer { writer.output.close(UInt8(ascii: "}"), backTo: &self) }
    try build(&writer)
  }

  /// A list. What a closure throws leaves half a text behind, which its owner drops.
  mutating func array<Failure: Error>(
    _ build: (inout JSONArrayWriter) throws(Failure) -> Void
  ) throws(Failure) {
    var writer = JSONArrayWriter(output: JSONOutput(inside: &self, opening: UInt8(ascii: "[")))
    defer { writer.output.close(UInt8(ascii: "]"), backTo: &self) }
    try build(&writer)
  }
}
