import BanyanCore
import BanyanStore
import Logging
import NIOCore

/// Takes snapshots: every so often, after so many events, on request and at a clean end. The queue only lends a view;
/// writing happens on a thread of its own, paced, so that the journal beside it keeps its speed.
actor Snapshotter {
  private let loop: any EventLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

  private let store: FolderStore
  private let source: Source
  private let clock: any Timekeeper
  private let logger: Logger
  private let interval: Int64
  private var alarm: Alarm?
  private let minEvents: UInt64
  /// After so many events one is due.
  private var gap: UInt64
  private var last: UInt64
  /// The sequence at which one was last tried.
  private var tried: UInt64
  /// Why the last one could not be taken; nil: it could.
  private(set) var failure: String?
  /// How it has gone so far.
  private(set) var figures = SnapshotFigures()

  /// What is written, and when something has happened.
  struct Source: Sendable {
    /// The queue as it is now, once a crash of the machine can't take it back.
    let view: @Sendable () async throws(StoreError) -> QueueView
    /// Calls back once, when this sequence is durable; in the place of an earlier such wish.
    let notify: @Sendable (_ sequence: UInt64, _ reached: @escaping @Sendable () -> Void) -> Void
  }

  /// - Parameters:
  ///   - interval: milliseconds between snapshots.
  ///   - minEvents: after so many events, or twice as many as there are tasks, one is due however little time has
  ///     passed: it bounds the folder and what a restart reads, and costs no more than half of what the events did.
  ///   - last: the sequence of the newest one.
  init(
    store: FolderStore, source: Source, interval: Int64, minEvents: UInt64 = 250_000, last: UInt64,
    clock: any Timekeeper, loop: any EventLoop, logger: Logger
  ) {
    self.store = store
    self.source = source
    self.interval = interval
    self.minEvents = minEvents
    gap = minEvents
    self.last = last
    tried = last
    self.clock = clock
    self.loop = loop
    self.logger = logger
  }

  /// Begins to take them by itself.
  /// - Parameter isDue: one is taken now.
  func start(isDue: Bool = false) {
    do throws(StoreError) {
      figures.last = try store.snapshots().first.map { newest in
        SnapshotFigures.Last(sequence: newest.header.sequence, time: newest.header.time, size: newest.size)
      }
    } catch {
      logger.warning("The newest snapshot can't be looked at: \(error.message)")
    }
    setAlarm()
    if isDue { Task { await takeOnTime() } }
  }

  /// No more by itself.
  func stop() {
    alarm?.cancel()
    alarm = nil
  }

  private func setAlarm() {
    alarm?.cancel()
    source.notify(tried + gap) { [weak self] in
      Task { await self?.takeOnTime() }
    }
    alarm = clock.schedule(at: clock.monotonic + interval, on: loop) { [weak self] in
      Task { await self?.takeOnTime() }
    }
  }

  private func takeOnTime() async {
    guard alarm != nil else { return }
    do throws(Rejection) { _ = try await take() } catch {
      logger.error("No snapshot could be taken: \(error.message)")
    }
    // It may have been stopped meanwhile.
    if alarm != nil { setAlarm() }
  }

  /// Takes one now; the newest there is, if nothing has happened since.
  func take() async throws(Rejection) -> SnapshotDescription {
    do throws(StoreError) {
      let view = try await source.view()
      tried = view.sequence
      gap = max(minEvents, 2 * UInt64(view.taskCount))
      if view.sequence == last, let newest = try store.snapshots().first { return newest }
      let description = try write(view)
      last = view.sequence
      failure = nil
      return description
    } catch {
      failure = error.message
      figures.failed += 1
      throw Rejection(error.kind == .full ? .storageFull : .unavailable, "No snapshot could be taken: \(error.message)")
    }
  }

  private func write(_ view: QueueView) throws(StoreError) -> SnapshotDescription {
    let start = clock.monotonic
    // The journal is ahead of the view: the queue lends none that a crash could take back.
    let description = try store.putSnapshot(of: view) { () throws(StoreError) in true }
    let duration = clock.monotonic - start
    figures.taken += 1
    figures.last = SnapshotFigures.Last(
      sequence: view.sequence, time: clock.wall, size: description.size, duration: duration)
    logger.info(
      "Took a snapshot.",
      metadata: ["tasks": "\(view.taskCount)", "bytes": "\(description.size)", "milliseconds": "\(duration)"])
    return description
  }

  /// Those that there are, the newest first.
  func list() throws(StoreError) -> [SnapshotDescription] { try store.snapshots() }
}
