public import NIOCore

/// The bounds and times of a socket client.
public struct SocketOptions: Sendable {
  /// When an attempt to connect that failed is followed by another.
  public enum Persistence: Sendable {
    /// Never: one connection and no other.
    case once
    /// Only after a first connection came about: for people, who want to hear that nobody listens.
    case afterFirst
    /// Always: for workers, which may be started before their server.
    case always
  }

  /// When to try again.
  public var persistence = Persistence.always
  /// The largest message, in bytes, in both directions.
  public var maxMessageBytes = 16 << 20
  /// How often the other side is pinged.
  public var pingInterval = Duration.seconds(10)
  /// After so long without a single byte the connection is taken for dead.
  public var silenceLimit = Duration.seconds(25)
  /// Within this the WebSocket handshake has to end.
  public var handshakeLimit = Duration.seconds(10)
  /// The upper bound of the first wait before another attempt.
  public var firstWait = Duration.milliseconds(100)
  /// The upper bound of every wait.
  public var maxWait = Duration.seconds(5)
  /// Where the connection lives, and the client that owns it; nil: on any. Whoever talks much has no change of threads
  /// if it lives there too.
  public var loop: (any EventLoop)?
  /// Takes the upper bound of a wait and gives the wait.
  public var jitter: @Sendable (Duration) -> Duration = Backoff.fullJitter
  /// Waits; throws when it is cancelled.
  public var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

  /// The usual bounds and times.
  public init() {}
}
