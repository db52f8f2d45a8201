import BanyanCore
import Collections
import Dispatch
import NIOCore
import Synchronization

/// Whose turn it is to read: few work at a time, each gives way behind a slice of its work.
final class ReadingTurns: Sendable {
  typealias Job = @Sendable () -> Void

  private struct State {
    /// Lanes that nobody works in.
    var free: Int
    /// Those who wait for a lane, by asker; the askers in the order of their turns.
    var waiting: OrderedDictionary<UserID, Deque<Read>> = [:]
    /// Reads that have a thread, by asker.
    var begun: [UserID: Int] = [:]
    /// Reads that wait for their asker's others to end.
    var backlog: [UserID: Deque<Job>] = [:]
  }

  private let state: Mutex<State>
  private let maxPerUser: Int

  init(lanes: Int, maxPerUser: Int) {
    state = Mutex(State(free: lanes))
    self.maxPerUser = maxPerUser
  }

  /// Takes a read in: it may begin now, or it waits for others of its asker.
  func enter(_ user: UserID, _ job: @escaping Job) -> (UserID, Job)? {
    state.withLock { state in
      guard state.begun[user, default: 0] >= maxPerUser else {
        state.begun[user, default: 0] += 1
        return (user, job)
      }
      state.backlog[user, default: []].append(job)
      return nil
    }
  }

  /// A read has ended: the next of its asker, if one waits.
  func leave(_ user: UserID) -> Job? {
    state.withLock { state in
      if let next = state.backlog[user]?.popFirst() {
        if state.backlog[user]?.isEmpty ?? true { state.backlog[user] = nil }
        return next
      }
      state.begun[user, default: 1] -= 1
      if state.begun[user] == 0 { state.begun[user] = nil }
      return nil
    }
  }

  /// Waits until a lane is free, on the read's own thread, and occupies it.
  func acquireLane(for read: Read) {
    let isFree = state.withLock { state in
      guard state.free == 0 else {
        state.free -= 1
        return true
      }
      Self.park(read, in: &state)
      return false
    }
    if !isFree { read.wait() }
  }

  /// Frees the lane, or hands it to the read whose turn is next.
  func releaseLane() {
    let next = state.withLock { state in
      let next = Self.next(in: &state)
      if next == nil { state.free += 1 }
      return next
    }
    next?.resume()
  }

  /// Behind a slice of work: whoever waits has the lane next, and this one waits in its turn.
  func pass(_ read: Read) throws(Rejection) {
    let next = state.withLock { state in
      let next = Self.next(in: &state)
      if next != nil { Self.park(read, in: &state) }
      return next
    }
    if let next {
      next.resume()
      read.wait()
    }
    try read.check()
  }

  private static func park(_ read: Read, in state: inout State) {
    state.waiting[read.asker.user, default: []].append(read)
  }

  /// The first asker's first; then that asker is the last.
  private static func next(in state: inout State) -> Read? {
    guard let user = state.waiting.keys.first, var reads = state.waiting.removeValue(forKey: user) else { return nil }
    let next = reads.popFirst()
    if !reads.isEmpty { state.waiting[user] = reads }
    return next
  }
}

/// One long read: it blocks a thread of its own while others have their turns, and ends early when nobody waits for its
/// answer any more.
final class Read: Sendable {
  let asker: LongReads.Asker
  private let turn = DispatchSemaphore(value: 0)
  private let began = NIODeadline.now()
  private let state = Mutex(State())

  private struct State {
    /// Why it is to end.
    var end: Rejection?
    var nextCheck = NIODeadline.now() + Read.checkInterval
  }

  /// Why a read ends whose asker is gone: nobody would see its answer.
  static let gone = Rejection(.unavailable, "Whoever asked is gone.")
  private static let checkInterval = TimeAmount.milliseconds(100)
  /// Behind so long nobody is waited for who has closed their side of the connection.
  private static let maxHalfClosedTime = TimeAmount.seconds(1)

  init(_ asker: LongReads.Asker) { self.asker = asker }

  func wait() { turn.wait() }
  func resume() { turn.signal() }

  /// It is to end at its next pause.
  func end(_ reason: Rejection) { state.withLock { $0.end = $0.end ?? reason } }

  /// Throws when it is to end.
  func check() throws(Rejection) {
    let now = NIODeadline.now()
    let (end, isDue) = state.withLock { state in
      let isDue = now >= state.nextCheck
      if isDue { state.nextCheck = now + Self.checkInterval }
      return (state.end, isDue)
    }
    if let end { throw end }
    if isDue, let presence = asker.presence {
      presence.check(isLong: now - began > Self.maxHalfClosedTime) { self.end(Self.gone) }
    }
  }
}
