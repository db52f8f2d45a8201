import BanyanCore
import BanyanStore
import NIOCore
import Synchronization

/// The one writer of the journal. It takes all frames that have gathered while the batch before was written, and syncs
/// once for all of them (group commit).
///
/// It writes on a thread of its own, so that the disk makes nobody else wait; but a few frames on a disk that is quick
/// are written where they were decided: to hand them over and back takes as long as such a write.
final class Committer: Sendable {
  /// How an attempt to make frames durable ended.
  enum Outcome: Sendable {
    /// Durable up to this sequence; whether the disk has room for more tasks.
    case durable(UInt64, hasRoom: Bool)
    /// The disk is full: the frames are kept, and another commit may succeed when there is room.
    case full
    /// The disk failed. Nothing may be acknowledged any more.
    case failed(StoreError)
  }

  /// What belongs to the thread that is writing.
  private struct Desk: ~Copyable {
    let journal: any Journal
    var syncAlarm: Scheduled<Void>?
  }

  private let desk: Mutex<Desk>
  private let typical = Atomic<UInt64>(0)
  private let loop: any EventLoop
  private let durability: Durability
  private let meter: RequestMeter
  private let onFailure: @Sendable (StoreError) -> Void

  private let haste: Haste

  /// What is written where it was decided.
  struct Haste: Sendable {
    /// At most so many events: more are made into frames elsewhere.
    var events = 64
    /// As long as the disk takes no more of late, in nanoseconds.
    var nanoseconds: UInt64 = 1_000_000

    /// Nothing.
    static let none = Haste(events: 0)
  }

  /// - Parameters:
  ///   - loop: of the thread that writes.
  ///   - haste: what is written where it was decided instead.
  ///   - onFailure: called when a sync failed that no commit waits for.
  init(
    journal: sending any Journal, durability: Durability, loop: any EventLoop, haste: Haste = Haste(),
    meter: RequestMeter = RequestMeter(), onFailure: @escaping @Sendable (StoreError) -> Void
  ) {
    desk = Mutex(Desk(journal: journal))
    self.loop = loop
    self.durability = durability
    self.haste = haste
    self.meter = meter
    self.onFailure = onFailure
  }

  /// Writes frames, and syncs them as the durability asks; then tells how it went, on the writer's thread. Calls are done
  /// in their order. No frames: what a full disk did not take before is tried again.
  func commit(_ frames: [Frame], _ done: @escaping @Sendable (Outcome) -> Void) {
    loop.execute { done(self.desk.withLock { self.write(frames, at: &$0) }) }
  }

  /// The same here and now, if it won't take long; nil, and nothing is done, if it might. No other commit may be under way.
  func commitAtOnce(_ frames: [Frame]) -> Outcome? {
    guard frames.reduce(0, { $0 + $1.events.count }) <= haste.events else { return nil }
    guard typicalTime <= haste.nanoseconds else { return nil }
    return desk.withLockIfAvailable { write(frames, at: &$0) }
  }

  /// What writing and syncing takes of late, in nanoseconds.
  var typicalTime: UInt64 { typical.load(ordering: .relaxed) }

  /// Makes all that was committed durable, whatever the durability asks.
  func sync() async throws(StoreError) {
    try await onThread { desk in
      Result { () throws(StoreError) in try desk.journal.commit(sync: true) }
    }
  }

  /// Syncs and closes; nothing may follow.
  func close() async throws(StoreError) {
    try await onThread { desk in
      desk.syncAlarm?.cancel()
      return Result { () throws(StoreError) in try desk.journal.close() }
    }
  }

  private func onThread(
    _ body: @escaping @Sendable (inout Desk) -> Result<Void, StoreError>
  ) async throws(StoreError) {
    try await withCheckedContinuation { continuation in
      loop.execute { continuation.resume(returning: self.desk.withLock { body(&$0) }) }
    }.get()
  }

  private func write(_ frames: [Frame], at desk: inout Desk) -> Outcome {
    let journal = desk.journal
    let start = RequestMeter.now()
    for frame in frames { journal.append(frame) }
    let made = RequestMeter.now()
    if !frames.isEmpty { meter.spent(made &- start, on: .journal) }
    defer {
      if !frames.isEmpty {
        let spent = RequestMeter.now() &- made
        meter.spent(spent, on: .sync)
        typical.store((7 * typicalTime + min(spent, 1 << 40)) / 8, ordering: .relaxed)
      }
    }
    do throws(StoreError) {
      if !journal.hasRoom { try journal.makeRoom() }
      try journal.commit(sync: durability == .always)
      if case .interval(let milliseconds) = durability { syncLater(milliseconds, at: &desk) }
      return .durable(journal.nextSequence - 1, hasRoom: journal.hasRoom)
    } catch {
      return error.kind == .full ? .full : .failed(error)
    }
  }

  /// `interval`: what was written is synced this much later at the latest; a crash of the machine loses no more.
  private func syncLater(_ milliseconds: Int64, at desk: inout Desk) {
    guard desk.syncAlarm == nil else { return }
    desk.syncAlarm = loop.scheduleTask(in: .milliseconds(milliseconds)) { [weak self] in self?.syncNow() }
  }

  private func syncNow() {
    let failure: StoreError? = desk.withLock { desk in
      desk.syncAlarm = nil
      do throws(StoreError) { try desk.journal.commit(sync: true) } catch { return error }
      return nil
    }
    // A full disk is met again, and told, by the next commit.
    if let failure, failure.kind != .full { onFailure(failure) }
  }
}

/// When an acknowledged change is safe from a crash of the machine. From a crash of the server alone it always is.
public enum Durability: Hashable, Sendable {
  /// Before it is acknowledged.
  case always
  /// At most so many milliseconds later: the window that a crash of the machine can lose.
  case interval(milliseconds: Int64)
  /// When the system gets round to it.
  case none
}
