/// One connection, for as long as the server runs. A number is never used again, unlike an address or a descriptor: what
/// comes late for a connection that is gone can't be taken for another's.
public struct ConnectionID: Hashable, Comparable, Sendable {
  /// The connection's number; later connections have larger ones.
  public let number: UInt64

  /// The connection of this number.
  public init(_ number: UInt64) { self.number = number }

  /// The older one is less.
  public static func < (left: ConnectionID, right: ConnectionID) -> Bool { left.number < right.number }
}

/// The other side of a connection, as far as it can be seen at any moment. It is asked at the moment of deciding: whatever
/// was said of it before may have changed since.
public protocol Peer: AnyObject, Sendable {
  /// The connection whose other side this is.
  var connectionID: ConnectionID { get }
  /// False once the connection has ended, or a close is on its way, from either side.
  var isOpen: Bool { get }
  /// When it was last heard, milliseconds on the monotonic clock, stamped at the socket.
  var lastHeard: Int64 { get }
}

/// The time, by both clocks.
public struct Moment: Sendable {
  /// Milliseconds since 1970: what events and documents show. It may jump.
  public var wall: Int64
  /// Milliseconds of a clock that only goes forward.
  public var monotonic: Int64

  /// One moment, read on both clocks.
  public init(wall: Int64, monotonic: Int64) {
    self.wall = wall
    self.monotonic = monotonic
  }
}
