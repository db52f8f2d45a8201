/// What happens on a connection that comes and goes.
public enum SocketEvent: Sendable {
  /// A connection stands; what was sent on an earlier one may be lost.
  case connected
  /// Messages came, at least one: all that one read brought, in their order.
  case received([[UInt8]])
  /// The connection is gone; another attempt follows.
  case disconnected(any Error)
}

/// The server does not let this client in, and asking again would not change that.
public struct SocketRefusal: Error, Sendable, Hashable, CustomStringConvertible {
  /// The status of HTTP: 401, 403...
  public var status: Int
  /// What the server says about it.
  public var message: String

  /// A refused handshake: the status of its answer, and what the server said.
  public init(status: Int, message: String) {
    self.status = status
    self.message = message
  }

  /// Both, in a sentence.
  public var description: String { "the server refused the connection: \(message) (status \(status))" }
}

/// The server closed the connection and said why.
public struct SocketClosure: Error, Sendable, Hashable, CustomStringConvertible {
  /// The code of RFC 6455; nil where none came.
  public var code: UInt16?
  /// The reason that its close frame gives; empty where it gives none.
  public var reason: String

  /// A close by the server, with what its close frame said.
  public init(code: UInt16?, reason: String) {
    self.code = code
    self.reason = reason
  }

  /// Both, in a sentence.
  public var description: String {
    let words = reason.isEmpty ? "" : ": \(reason)"
    guard let code else { return "the server closed the connection\(words)" }
    return "the server closed the connection with code \(code)\(words)"
  }
}
