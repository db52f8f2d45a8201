/// Writes JSON text without a value and without jansson's tree in between: for hot paths.
///
/// What the closure sets is written at once to the end of `buffer`, on one line. Reals that are no numbers become
/// strings, as ``JSON/encoded(pretty:sortedKeys:)`` says. Where a closure throws, the buffer is as it was before.
public enum JSONText {
  /// Appends an object to `buffer`.
  public static func object<Failure: Error>(
    into buffer: inout [UInt8], _ build: (inout JSONObjectWriter) throws(Failure) -> Void
  ) throws(Failure) {
    try write(into: &buffer) { output throws(Failure) in try output.object(build) }
  }

  /// Appends a list to `buffer`.
  public static func array<Failure: Error>(
    into buffer: inout [UInt8], _ build: (inout JSONArrayWriter) throws(Failure) -> Void
  ) throws(Failure) {
    try write(into: &buffer) { output throws(Failure) in try output.array(build) }
  }

  private static func write<Failure: Error>(
    into buffer: inout [UInt8], _ body: (inout JSONOutput) throws(Failure) -> Void
  ) throws(Failure) {
    let start = buffer.count
    var output = JSONOutput(taking: &buffer)
    do {
      try body(&output)
    } catch {
      output.giveBack(to: &buffer)
      buffer.removeSubrange(start...)
      throw error
    }
    output.giveBack(to: &buffer)
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
