import BanyanCore
import Logging
import NIOPosix
import StoreTestSupport
import Testing

@testable import BanyanServer
@testable import BanyanStore

@Suite struct SnapshotterTests {
  private func snapshotter(
    _ bench: QueueBench, _ files: MemoryFiles, interval: Int64 = 300_000, fewest: UInt64 = 250_000
  ) throws -> (Snapshotter, FolderStore) {
    var options = FolderStore.Options()
    options.pace = .unpaced
    let store = try FolderStore(path: "/data", files: files, options: options)
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return (
      Snapshotter(
        store: store, source: bench.queue.snapshotSource, interval: interval, minEvents: fewest, last: 0,
        clock: bench.clock,
        loop: MultiThreadedEventLoopGroup.singleton.next(), logger: logger), store
    )
  }

  @Test func afterSoManyEventsOneIsDueWhateverTheTime() async throws {
    let bench = await QueueBench()
    let (snapshotter, _) = try snapshotter(bench, MemoryFiles(), fewest: 20)
    await snapshotter.start()
    for _ in 0..<15 { _ = try await bench.submit(QueueBench.draft()) }
    while try await snapshotter.list().isEmpty { await Task.yield() }
    let first = try #require(try await snapshotter.list().first?.header.sequence)
    #expect(first >= 20)
    // And again, after as many.
    for _ in 0..<15 { _ = try await bench.submit(QueueBench.draft()) }
    while try await snapshotter.list().count < 2 { await Task.yield() }
    let second = try #require(try await snapshotter.list().first?.header.sequence)
    #expect(second >= first + 20)
    await snapshotter.stop()
  }

  @Test func afterTheIntervalOneIsTaken() async throws {
    let bench = await QueueBench()
    let (snapshotter, _) = try snapshotter(bench, MemoryFiles(), interval: 1000)
    await snapshotter.start()
    _ = try await bench.submit(QueueBench.draft())
    #expect(try await snapshotter.list().isEmpty)
    await bench.clock.advance(1000)
    while try await snapshotter.list().isEmpty { await Task.yield() }
    await snapshotter.stop()
  }

  /// A disk that is full: the old one stays, it is told, and the next one that succeeds takes it back.
  @Test func oneThatFailsKeepsTheOldOneAndIsTold() async throws {
    let bench = await QueueBench()
    let files = MemoryFiles()
    let (snapshotter, store) = try snapshotter(bench, files)
    _ = try await bench.submit(QueueBench.draft())
    let old = try await snapshotter.take()
    _ = try await bench.submit(QueueBench.draft())
    files.inject(.init(call: files.calls + 3, reason: .full, lasts: false))
    let refusal = await #expect(throws: Rejection.self) { try await snapshotter.take() }
    #expect(refusal?.kind == .storageFull)
    #expect(await snapshotter.failure != nil)
    #expect(try store.snapshots().map(\.header.sequence) == [old.header.sequence])
    let new = try await snapshotter.take()
    #expect(await snapshotter.failure == nil)
    #expect(try store.snapshots().map(\.header.sequence) == [new.header.sequence, old.header.sequence])
  }
}
