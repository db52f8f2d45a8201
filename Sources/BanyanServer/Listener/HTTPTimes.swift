import NIOCore

/// How long an HTTP connection may take for each thing it does.
struct HTTPTimes: Sendable {
  /// From the connection's beginning to the end of its first request's head, a TLS handshake included.
  var firstHead: TimeAmount = .seconds(15)
  /// From an answer to the end of the next request's head.
  var idle: TimeAmount = .seconds(75)
  /// For a request's body, and a second more for each ``bodyRate`` bytes of it that have come.
  var body: TimeAmount = .seconds(30)
  /// The slowest that a long body may come, in bytes a second: each so many bytes allow a second more.
  var bodyRate: Int64 = 16 << 10
  /// While the other side takes nothing of an answer.
  var stall: TimeAmount = .seconds(60)
  /// From the last answer of a connection to its end, so that the other side can read it.
  var linger: TimeAmount = .seconds(2)
}
