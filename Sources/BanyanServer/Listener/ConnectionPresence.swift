import NIOCore

/// Whether the other side of an HTTP connection is there. One that has closed its side alone may still wait for an
/// answer, but not for long: a client that hangs up looks the same.
struct ConnectionPresence: Presence {
  let channel: any Channel

  func check(isLong: Bool, _ gone: @escaping @Sendable () -> Void) {
    guard channel.isActive else { return gone() }
    guard isLong else { return }
    channel.eventLoop.execute { [channel] in
      let gate = try? channel.pipeline.syncOperations.handler(type: UpgradeGate.self)
      // Without a gate nothing is left of the connection.
      if gate?.isInputClosed ?? true { gone() }
    }
  }
}
