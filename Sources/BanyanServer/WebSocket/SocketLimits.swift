import BanyanCore
import NIOCore

/// What a WebSocket connection may cost, and how long it may be silent.
struct SocketLimits: Sendable {
  /// A message's size in bytes before its sender is known.
  var beforeAuthentication = 4 << 10
  /// A worker's message, in bytes; its session sees to that, for a `hello` may be larger, and only who reads a message
  /// knows what it is.
  var worker = 1 << 20
  /// A worker's `hello`, in bytes: it names all that the worker runs.
  var hello = Self.maxMessageBytes
  /// The largest message in either direction, in bytes.
  static let maxMessageBytes = 16 << 20
  /// Anyone else's message, in bytes.
  var provider = Self.maxMessageBytes
  /// Outgoing bytes that may wait for a slow reader; where more wait and still more is to be sent, the connection is
  /// cut.
  var outgoing = 32 << 20
  /// Time for the `authenticate` message of a connection that brought no token.
  var authentication: TimeAmount = .seconds(10)
  /// Time between our own pings. Shorter than what proxies and address translators allow an idle connection.
  var ping: TimeAmount = .seconds(10)
  /// Silence after which the other side is taken for gone.
  var silence: TimeAmount = .seconds(30)
  /// Time for the other side to answer a close before the connection is cut.
  var closing: TimeAmount = .seconds(2)

  /// The size limit for a user's messages; nil is one who has yet to say who it is.
  func messageSize(for user: User?) -> Int {
    switch user?.role {
    case nil: beforeAuthentication
    case .worker: max(worker, hello)
    case .provider, .viewer: provider
    }
  }
}
