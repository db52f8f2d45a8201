import BanyanCore
import BanyanStore
import NIOCore

/// The one writer of the journal, on a thread of its own: the disk makes nobody else wait. It takes all frames that
/// have gathered while the batch before was written, and syncs once for all of them (group commit).
actor Committer {
  /// How an attempt to make frames durable ended.
  enum Outcome: Sendable {
    /// Durable up to this sequence; whether the disk has room for more tasks.
    case durable(UInt64, hasRoom: Bool)
    /// The disk is full: the frames are kept, and another commit may succeed when there is room.
    case full
    /// The disk failed. Nothing may be acknowledged any more.
    case failed(StoreError)
  }

  private let loop: any EventLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

  private let journal: any Journal
  private let durability: Durability
  private var syncAlarm: Scheduled<Void>?
  private let meter: RequestMeter
  private let onFailure: @Sendable (StoreError) -> Void

  /// - Parameter onFailure: called when a sync failed that no commit waits for.
  init(
    journal: sending any Journal, durability: Durability, loop: any EventLoop, meter: RequestMeter = RequestMeter(),
    onFailure: @escaping @Sendable (StoreError) -> Void
  ) {
    self.loop = loop
    self.journal = journal
    self.durability = durability
    self.meter = meter
    self.onFailure = onFailure
  }

  /// Writes frames, and syncs them as the durability asks; then tells how it went. Calls are done in their order. No
  /// frames: what a full disk did not take before is tried again.
  nonisolated func commit(_ frames: [Frame], _ done: @escaping @Sendable (Outcome) -> Void) {
    loop.execute { self.assumeIsolated { done($0.write(frames)) } }
  }

  /// Makes all that was committed durable, whatever the durability asks.
  func sync() throws(StoreError) { try journal.commit(sync: true) }

  /// Syncs and closes; nothing may follow.
  func close() throws(StoreError) {
    syncAlarm?.cancel()
    try journal.close()
  }

  private func write(_ frames: [Frame]) -> Outcome {
    let start = RequestMeter.now()
    for frame in frames { journal.append(frame) }
    let made = RequestMeter.now()
    if !frames.isEmpty { meter.spent(made &- start, on: .journal) }
    defer { if !frames.isEmpty { meter.spent(RequestMeter.now() &- made, on: .sync) } }
    do throws(StoreError) {
      if !journal.hasRoom { try journal.makeRoom() }
      try journal.commit(sync: durability == .always)
      if case .interval(let milliseconds) = durability { syncLater(milliseconds) }
      return .durable(journal.nextSequence - 1, hasRoom: journal.hasRoom)
    } catch {
      return error.kind == .full ? .full : .failed(error)
    }
  }

  /// `interval`: what was written is synced this much later at the latest; a crash of the machine loses no more.
  private func syncLater(_ milliseconds: Int64) {
    guard syncAlarm == nil else { return }
    syncAlarm = loop.scheduleTask(in: .milliseconds(milliseconds)) { [weak self] in
      self?.assumeIsolated { $0.syncNow() }
    }
  }

  private func syncNow() {
    syncAlarm = nil
    do throws(StoreError) { try journal.commit(sync: true) } catch {
      // A full disk is met again, and told, by the next commit.
      if error.kind != .full { onFailure(error) }
    }
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
