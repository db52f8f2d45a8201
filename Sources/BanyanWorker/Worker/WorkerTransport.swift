/// A connection to the server that comes and goes: what a worker needs of it.
public protocol WorkerTransport: Sendable {
  /// Connects, hands on what happens, and connects again after each cut, until the task is cancelled.
  /// - Throws: where the server refuses this client for good.
  func run(_ handle: @escaping @Sendable (WorkerTransportEvent) async -> Void) async throws
  /// Sends messages in order. Throws where no connection stands: nothing is kept for later.
  func send(_ messages: [[UInt8]]) async throws
  /// Cuts the connection that stands, because nothing is heard on it.
  func cut() async
}

/// What happens on a connection that comes and goes.
public enum WorkerTransportEvent: Sendable {
  /// A connection stands; what was sent on an earlier one may be lost.
  case connected
  /// Messages came, in their order.
  case received([[UInt8]])
  /// The connection is gone, and why; another attempt follows.
  case disconnected(String)
}
