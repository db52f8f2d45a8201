/// Fills a list that is being written; see ``JSONText``. It lives as long as the closure that it is given to.
public struct JSONArrayWriter: ~Copyable {
  var output: JSONOutput

  /// Appends a string, escaped where JSON asks for it.
  public mutating func append(_ text: String) {
    output.element()
    output.write(text)
  }

  /// Appends an integer as decimal digits.
  public mutating func append(_ number: Int64) {
    output.element()
    output.write(number)
  }

  /// Appends an integer as decimal digits.
  public mutating func append(_ number: Int) {
    output.element()
    output.write(Int64(number))
  }

  /// Appends an integer as decimal digits.
  public mutating func append(_ number: UInt32) {
    output.element()
    output.write(Int64(number))
  }

  /// Appends a real number; NaN and the infinities, which JSON can't spell, as the strings that name them.
  public mutating func append(_ number: Double) {
    output.element()
    output.write(number)
  }

  /// Appends a truth value.
  public mutating func append(_ flag: Bool) {
    output.element()
    output.write(flag)
  }

  /// Appends a value with all that is in it.
  public mutating func append(_ value: JSON) {
    output.element()
    output.write(value)
  }

  /// Appends a value out of a document.
  public mutating func append(_ node: JSONNode) {
    output.element()
    output.write(node)
  }

  /// Appends a string of at most `most` bytes of ASCII that need no escape. `fill` writes them and tells how many they are.
  public mutating func append(plain most: Int, _ fill: (UnsafeMutableBufferPointer<UInt8>) -> Int) {
    output.element()
    output.write(plain: most, fill)
  }

  /// Appends the value `null`.
  public mutating func appendNull() {
    output.element()
    output.writeNull()
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

  /// Appends an object, whose members `build` writes.
  public mutating func object<Failure: Error>(
    _ build: (inout JSONObjectWriter) throws(Failure) -> Void
  ) throws(Failure) {
    output.element()
    try output.object(build)
  }

  /// Appends a list, whose elements `build` writes.
  public mutating func array<Failure: Error>(
    _ build: (inout JSONArrayWriter) throws(Failure) -> Void
  ) throws(Failure) {
    output.element()
    try output.array(build)
  }
}
