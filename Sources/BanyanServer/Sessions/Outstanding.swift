/// What a connection has asked and not been answered. Where it is too much the connection is not read until answers have
/// gone out: however slow the disk, a client that doesn't wait for its answers costs bounded memory.
struct Outstanding {
  /// Bytes of requests, from which on no more is read; one request may be as large as a message can be.
  static let mostBytes = SocketLimits.largestMessage
  /// What a request costs beside its text.
  private static let overhead = 256

  private var bytes = 0

  /// No more is to be read for now.
  var isFull: Bool { bytes >= Self.mostBytes }

  /// A request was asked; its cost, for ``answered(_:)``.
  mutating func asked(size: Int) -> Int {
    let cost = size + Self.overhead
    bytes += cost
    return cost
  }

  /// A request was answered.
  mutating func answered(_ cost: Int) { bytes -= cost }
}
