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

  /// The journal and the alarm of its next sync, for whichever thread holds the lock and writes.
  private struct WriterState: ~Copyable {
    let journal: any Journal
    var syncAlarm: Scheduled<Void>?
  }

  private let writer: Mutex<WriterState>
  private let typical = Atomic<UInt64>(0)
  private let loop: any EventLoop
  private let durability: Durability
  private let meter: RequestMeter
  private let onFailure: @Sendable (StoreError) -> Void

  private let inlineLimit: InlineCommitLimit

  /// What may be written on the thread that decided it, without the writer's thread: small commits on a quick disk.
  struct InlineCommitLimit: Sendable {
    /// The most events of such a commit: to encode more takes too long there.
    var events = 64
    /// The longest time that a write takes of late, in nanoseconds (``Committer/typicalTime``).
    var nanoseconds: UInt64 = 1_000_000

    /// Every commit goes to the writer's thread.
    static let none = InlineCommitLimit(events: 0)
  }

  /// - Parameters:
  ///   - loop: of the thread that writes.
  ///   - inlineLimit: what ``commitAtOnce(_:)`` may write on its caller's thread.
  ///   - onFailure: called when a sync failed that no commit waits for.
  init(
    journal: sending any Journal, durability: Durability, loop: any EventLoop,
    inlineLimit: InlineCommitLimit = InlineCommitLimit(),
    meter: RequestMeter = RequestMeter(), onFailure: @escaping @Sendable (StoreError) -> Void
  ) {
    writer = Mutex(WriterState(journal: journal))
    self.loop = loop
    self.durability = durability
    self.inlineLimit = inlineLimit
    self.meter = meter
    self.onFailure = onFailure
  }

  /// Writes frames, and syncs them as the durability asks; then tells how it went, on the writer's thread. Calls are done
  /// in their order. No frames: what a full disk did not take before is tried again.
  func commit(_ frames: [Frame], _ done: @escaping @Sendable (Outcome) -> Void) {
    loop.execute { done(self.writer.withLock { self.write(frames, at: &$0) }) }
  }

  /// The same here and now, if it won't take long; nil, and nothing is done, if it might. No other commit may be under way.
  func commitAtOnce(_ frames: [Frame]) -> Outcome? {
    guard frames.reduce(0, { $0 + $1.events.count }) <= inlineLimit.events else { return nil }
    guard typicalTime <= inlineLimit.nanoseconds else { return nil }
    return writer.withLockIfAvailable { write(frames, at: &$0) }
  }

  /// What writing and syncing takes of late, in nanoseconds.
  var typicalTime: UInt64 { typical.load(ordering: .relaxed) }

  /// Makes all that was committed durable, whatever the durability asks.
  func sync() async throws(StoreError) {
    try await onThread { writer in
      Result { () throws(StoreError) in try writer.journal.commit(sync: true) }
    }
  }

  /// Syncs and closes; nothing may follow.
  func close() async throws(StoreError) {
    try await onThread { writer in
      writer.syncAlarm?.cancel()
      return Result { () throws(StoreError) in try writer.journal.close() }
    }
  }

  private func onThread(
    _ body: @escaping @Sendable (inout WriterState) -> Result<Void, StoreError>
  ) async throws(StoreError) {
    try await withCheckedContinuation { continuation in
      loop.execute { continuation.resume(returning: self.writer.withLock { body(&$0) }) }
    }.get()
  }

  private func write(_ frames: [Frame], at writer: inout WriterState) -> Outcome {
    let journal = writer.journal
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
      if case .interval(let milliseconds) = durability { syncLater(milliseconds, at: &writer) }
      return .durable(journal.nextSequence - 1, hasRoom: journal.hasRoom)
    } catch {
      return error.kind == .full ? .full : .failed(error)
    }
  }

  /// `interval`: what was written is synced this much later at the latest; a crash of the machine loses no more.
  private func syncLater(_ milliseconds: Int64, at writer: inout WriterState) {
    guard writer.syncAlarm == nil else { return }
    writer.syncAlarm = loop.scheduleTask(in: .milliseconds(milliseconds)) { [weak self] in self?.syncNow() }
  }

  private func syncNow() {
    let failure: StoreError? = writer.withLock { writer in
      writer.syncAlarm = nil
      do throws(StoreError) { try writer.journal.commit(sync: true) } catch { return error }
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
