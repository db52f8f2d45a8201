/// Writes JSON text without a ``JSON`` in between: for hot paths.
///
/// The closure fills jansson's tree, which is then written to the end of `buffer` on one line. Keys that are set
/// twice keep their place and take the last value. Reals that are no numbers become strings, as
/// ``JSON/encoded(pretty:sortedKeys:)`` says.
public enum JSONText {
  /// Appends an object to `buffer`.
  public static func object<Failure: Error>(
    into buffer: inout [UInt8], _ build: (inout JSONObjectWriter) throws(Failure) -> Void
  ) throws(Failure) {
    try JSONArena.lend { () throws(Failure) in
      var writer = JSONObjectWriter()
      try build(&writer)
      writer.tree.dump(writer.object, into: &buffer)
    }
  }

  /// Appends a list to `buffer`.
  public static func array<Failure: Error>(
    into buffer: inout [UInt8], _ build: (inout JSONArrayWriter) throws(Failure) -> Void
  ) throws(Failure) {
    try JSONArena.lend { () throws(Failure) in
      var writer = JSONArrayWriter()
      try build(&writer)
      writer.tree.dump(writer.array, into: &buffer)
    }
  }

  /// An object as text.
  public static func object<Failure: Error>(
    _ build: (inout JSONObjectWriter) throws(Failure) -> Void
  ) throws(Failure) -> [UInt8] {
    var buffer: [UInt8] = []
    try object(into: &buffer, build)
    return buffer
  }

  /// A list as text.
  public static func array<Failure: Error>(
    _ build: (inout JSONArrayWriter) throws(Failure) -> Void
  ) throws(Failure) -> [UInt8] {
    var buffer: [UInt8] = []
    try array(into: &buffer, build)
    return buffer
  }
}
