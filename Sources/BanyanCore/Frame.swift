/// All that one command did: it is on the disk whole or not at all.
public struct Frame: Sendable {
  /// The sequence number of its first event; the others follow without a gap.
  public var firstSequence: UInt64
  /// The server's clock, milliseconds since 1970.
  public var time: Int64
  /// What happened, in order: one event at the least.
  public var events: [Event]

  /// The events of one command, numbered from `firstSequence` on.
  public init(firstSequence: UInt64, time: Int64, events: [Event]) {
    self.firstSequence = firstSequence
    self.time = time
    self.events = events
  }

  /// The sequence number of its last event.
  public var lastSequence: UInt64 { firstSequence + UInt64(events.count) - 1 }
}
