/// When what was decided goes to the journal: a value that is told what happened, and tells what to do. The queue's actor
/// does it (``TaskQueue``).
///
/// ```
///                 a turn ends, with as many frames
///                 as shared the last write, or more
///    ┌── idle ─────────────────────────────────────► writing ◄── time to try again ──┐
///    │    ▲ │ a turn ends, with fewer                 ▲ ▲ │                          │
///    │    │ ▼                  enough frames          │ │ ├── the disk is full ──► stalled
///    │    │ delaying ─────────────────────────────────┘ │ │
///    │    │ │ the delay is over                         │ ├── the disk failed ──► ended
///    │    │ ▼                  a turn ends              │ │
///    │    │ due ────────────────────────────────────────┘ │
///    │    └──────────────────────── durable ──────────────┘
///    └── time to look for room (of delaying and due too): writing, of nothing
///
///    every state ── the end ──► ended
/// ```
///
/// One write is under way at a time: what is decided meanwhile is gathered, and shares the next one. Those who were
/// answered together ask again together; the first of them would have a write of its own, and all others wait for the
/// next. So a write waits until as many frames as shared the last one have gathered, for at most half of what a write
/// takes. Who is alone never waits.
///
/// Nothing tells when a full disk has room again. It is looked for once a second: by a write of nothing while reports and
/// cancellations still have the room that is kept for them (``hasRoom`` is false), by the same frames again where not even
/// those had any (stalled).
struct CommitCycle: Sendable {
  /// Where the cycle stands.
  enum State: Hashable, Sendable, CaseIterable {
    /// Nothing is being written.
    case idle
    /// What has gathered waits for others to share its write.
    case delaying
    /// It has waited long enough: it is written when the turn ends.
    case due
    /// A write is under way.
    case writing
    /// The last write found the disk full: it is tried again.
    case stalled
    /// The disk failed, or the work is over: nothing is written any more, and nothing told.
    case ended
  }

  /// What the queue, the disk and the timers tell the cycle.
  enum Event: Sendable {
    /// A turn of decisions ended.
    /// - Parameters:
    ///   - frames: how many have gathered.
    ///   - typicalTime: what a write takes of late, in nanoseconds.
    case turnEnded(frames: Int, typicalTime: UInt64)
    /// A delay that was asked for is over.
    case delayOver
    /// It is time to look for room.
    case lookDue
    /// It is time to try again what a full disk did not take.
    case retryDue
    /// The write is as durable as was asked for; whether the disk has room for more tasks.
    case durable(hasRoom: Bool)
    /// The disk had no room.
    case full
    /// The disk failed: what was being written may be lost.
    case failed
    /// Nothing more is to be done.
    case end
  }

  /// What is to be done.
  enum Action: Hashable, Sendable {
    /// Wait for the next event.
    case nothing
    /// Write what has gathered.
    case write
    /// Tell of ``Event/delayOver`` in so many nanoseconds.
    case delay(UInt64)
    /// End the turn: the delay is over, and what has gathered meanwhile is due.
    case endTurn
    /// Write nothing: it shows whether there is room, and tries again what the disk did not take.
    case writeNothing
    /// Tell what has become durable, and end the turn; and tell of ``Event/lookDue`` in a second, if so.
    case release(looksLater: Bool)
    /// Tell of ``Event/retryDue`` in a second.
    case retryLater
    /// The process has to end.
    case giveUp
  }

  private(set) var state = State.idle
  /// False while the disk is full: no new tasks then.
  private(set) var hasRoom = true
  /// ``Event/lookDue`` is going to be told.
  private(set) var isLookScheduled = false
  /// So many frames shared the last write.
  private var lastGroup = 0

  /// Nanoseconds: less than a timer tells apart, and more than anybody should wait for others.
  static let (minDelay, maxDelay): (UInt64, UInt64) = (20_000, 1_000_000)

  /// Takes what happened.
  /// - Returns: what is to be done; nil where no edge leads from this state: then nothing has changed. A timer that comes
  ///   late is such a case.
  mutating func handle(_ event: Event) -> Action? {
    switch (state, event) {
    case (.ended, _): return nil
    case (_, .end):
      state = .ended
      return .nothing
    case (_, .turnEnded(let frames, let typicalTime)): return endTurn(frames, typicalTime)
    case (.delaying, .delayOver):
      state = .due
      return .endTurn
    case (_, .lookDue) where isLookScheduled:
      isLookScheduled = false
      // What is under way shows it too.
      guard state != .writing, state != .stalled else { return .nothing }
      state = .writing
      return .writeNothing
    case (.stalled, .retryDue):
      state = .writing
      return .writeNothing
    case (.writing, .durable(let hasRoom)):
      state = .idle
      self.hasRoom = hasRoom
      let looksLater = !hasRoom && !isLookScheduled
      if looksLater { isLookScheduled = true }
      return .release(looksLater: looksLater)
    case (.writing, .full):
      state = .stalled
      hasRoom = false
      return .retryLater
    case (.writing, .failed):
      state = .ended
      return .giveUp
    default: return nil
    }
  }

  private mutating func endTurn(_ frames: Int, _ typicalTime: UInt64) -> Action {
    guard frames > 0 else { return .nothing }
    switch state {
    case .writing, .stalled, .ended: return .nothing
    case .delaying where frames < lastGroup: return .nothing
    case .idle where frames < lastGroup:
      let delay = min(typicalTime / 2, Self.maxDelay)
      guard delay >= Self.minDelay else { break }
      state = .delaying
      return .delay(delay)
    case .idle, .delaying, .due: break
    }
    state = .writing
    lastGroup = frames
    return .write
  }
}
