import Testing

@testable import BanyanServer

@Suite struct CommitCycleTests {
  /// What may happen, one of a kind.
  private enum Input: CaseIterable {
    case emptyTurn, smallTurn, smallTurnOnQuickDisk, largeTurn
    case delayOver, lookDue, retryDue, durable, durableWithoutRoom, full, failed, end

    var event: CommitCycle.Event {
      switch self {
      case .emptyTurn: .turnEnded(frames: 0, typicalTime: CommitCycleTests.slow)
      case .smallTurn: .turnEnded(frames: 1, typicalTime: CommitCycleTests.slow)
      case .smallTurnOnQuickDisk: .turnEnded(frames: 1, typicalTime: 10_000)
      case .largeTurn: .turnEnded(frames: 8, typicalTime: CommitCycleTests.slow)
      case .delayOver: .delayOver
      case .lookDue: .lookDue
      case .retryDue: .retryDue
      case .durable: .durable(hasRoom: true)
      case .durableWithoutRoom: .durable(hasRoom: false)
      case .full: .full
      case .failed: .failed
      case .end: .end
      }
    }
  }

  /// What a write takes on a disk for which waiting is worth it, in nanoseconds.
  private static let slow: UInt64 = 800_000

  /// How each state is reached from one whose last write was shared by eight, a look for room being due later or not.
  private static func cycle(in state: CommitCycle.State, isLookScheduled: Bool) -> CommitCycle {
    let way: [Input] =
      switch state {
      case .idle: []
      case .delaying: [.smallTurn]
      case .due: [.smallTurn, .delayOver]
      case .writing: [.largeTurn]
      case .stalled: [.largeTurn, .full]
      case .ended: [.end]
      }
    var cycle = CommitCycle()
    for input in [.largeTurn, isLookScheduled ? .durableWithoutRoom : .durable] + way {
      let action = cycle.handle(input.event)
      #expect(action != nil)
    }
    #expect(cycle.state == state && cycle.isLookScheduled == isLookScheduled)
    return cycle
  }

  private typealias Edge = (to: CommitCycle.State, action: CommitCycle.Action)

  /// The table: where each input leads; what isn't here is no edge.
  private static func edge(_ state: CommitCycle.State, _ input: Input, isLookScheduled: Bool) -> Edge? {
    switch (state, input) {
    case (.ended, _): nil
    case (_, .end): (.ended, .nothing)
    case (_, .emptyTurn): (state, .nothing)
    case (.idle, .smallTurn): (.delaying, .delay(slow / 2))
    case (.idle, .smallTurnOnQuickDisk), (.idle, .largeTurn): (.writing, .write)
    case (.delaying, .smallTurn), (.delaying, .smallTurnOnQuickDisk): (.delaying, .nothing)
    case (.delaying, .largeTurn): (.writing, .write)
    case (.delaying, .delayOver): (.due, .endTurn)
    case (.due, .smallTurn), (.due, .smallTurnOnQuickDisk), (.due, .largeTurn): (.writing, .write)
    case (.writing, .smallTurn), (.writing, .smallTurnOnQuickDisk), (.writing, .largeTurn): (.writing, .nothing)
    case (.stalled, .smallTurn), (.stalled, .smallTurnOnQuickDisk), (.stalled, .largeTurn): (.stalled, .nothing)
    case (.idle, .lookDue), (.delaying, .lookDue), (.due, .lookDue):
      isLookScheduled ? (.writing, .writeNothing) : nil
    case (.writing, .lookDue), (.stalled, .lookDue): isLookScheduled ? (state, .nothing) : nil
    case (.stalled, .retryDue): (.writing, .writeNothing)
    case (.writing, .durable): (.idle, .release(looksLater: false))
    case (.writing, .durableWithoutRoom): (.idle, .release(looksLater: !isLookScheduled))
    case (.writing, .full): (.stalled, .retryLater)
    case (.writing, .failed): (.ended, .giveUp)
    default: nil
    }
  }

  @Test func `Every edge of the table is walked, and every other refused`() {
    var walked = 0
    for state in CommitCycle.State.allCases {
      for isLookScheduled in [false, true] {
        for input in Input.allCases {
          var cycle = Self.cycle(in: state, isLookScheduled: isLookScheduled)
          let before = cycle
          let action = cycle.handle(input.event)
          let expected = Self.edge(state, input, isLookScheduled: isLookScheduled)
          #expect(action == expected?.action, "\(state), \(input)")
          #expect(cycle.state == expected?.to ?? state, "\(state), \(input)")
          if expected == nil {
            #expect(cycle.hasRoom == before.hasRoom && cycle.isLookScheduled == before.isLookScheduled)
          } else {
            walked += 1
          }
        }
      }
    }
    #expect(walked == 67)
  }

  @Test func `Who is alone never waits, and who was many waits for half a write at most`() {
    var cycle = CommitCycle()
    for _ in 0..<3 {
      #expect(cycle.handle(.turnEnded(frames: 1, typicalTime: Self.slow)) == .write)
      #expect(cycle.handle(.durable(hasRoom: true)) == .release(looksLater: false))
    }
    #expect(cycle.handle(.turnEnded(frames: 5, typicalTime: Self.slow)) == .write)
    _ = cycle.handle(.durable(hasRoom: true))
    // A write that takes very long: nobody waits for others longer than a millisecond.
    #expect(cycle.handle(.turnEnded(frames: 4, typicalTime: 1 << 40)) == .delay(CommitCycle.maxDelay))
    #expect(cycle.handle(.turnEnded(frames: 5, typicalTime: 1 << 40)) == .write)
    // The timer of a delay that others ended comes late.
    #expect(cycle.handle(.delayOver) == nil)
  }

  @Test func `Room is what the last write found, and is looked for by one timer at a time`() {
    var cycle = CommitCycle()
    #expect(cycle.hasRoom)
    for turn in 0..<3 {
      #expect(cycle.handle(.turnEnded(frames: 1, typicalTime: 0)) == .write)
      #expect(cycle.handle(.durable(hasRoom: false)) == .release(looksLater: turn == 0))
      #expect(!cycle.hasRoom)
    }
    // The look shares no write with what is decided meanwhile, and the next turn writes that.
    #expect(cycle.handle(.lookDue) == .writeNothing)
    #expect(cycle.handle(.turnEnded(frames: 1, typicalTime: 0)) == .nothing)
    #expect(cycle.handle(.durable(hasRoom: false)) == .release(looksLater: true))
    #expect(cycle.handle(.turnEnded(frames: 1, typicalTime: 0)) == .write)
    #expect(cycle.handle(.full) == .retryLater)
    // While the frames themselves are tried again, nothing else has to be.
    #expect(cycle.handle(.lookDue) == .nothing)
    #expect(cycle.handle(.retryDue) == .writeNothing)
    #expect(cycle.handle(.durable(hasRoom: true)) == .release(looksLater: false))
    #expect(cycle.hasRoom)
  }

  @Test func `Nothing is written or told after the end`() {
    for way: [CommitCycle.Event] in [
      [.end], [.turnEnded(frames: 1, typicalTime: 0), .failed], [.turnEnded(frames: 1, typicalTime: 0), .full, .end],
    ] {
      var cycle = CommitCycle()
      for event in way {
        let action = cycle.handle(event)
        #expect(action != nil)
      }
      for input in Input.allCases {
        let action = cycle.handle(input.event)
        #expect(action == nil)
      }
      #expect(cycle.state == .ended)
    }
  }
}
