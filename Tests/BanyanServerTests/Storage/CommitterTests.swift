import BanyanCore
import BanyanStore
import NIOCore
import Testing

@testable import BanyanServer

/// Where frames are written: at once if that takes no time, else on the writer's own thread.
@Suite(.timeLimit(.minutes(1))) struct CommitterTests {
  private let disk = ScriptedDisk()

  private func committer(_ inlineLimit: Committer.InlineCommitLimit = Committer.InlineCommitLimit()) -> Committer {
    Committer(
      journal: ScriptedJournal(disk: disk), durability: .always, loop: disk.threads.next(), inlineLimit: inlineLimit,
      onFailure: { Issue.record("the disk failed: \($0)") })
  }

  private func frame(_ first: UInt64, _ count: Int) -> Frame {
    Frame(firstSequence: first, time: 0, events: (0..<count).map { .serverStarted(epoch: UInt32($0)) })
  }

  private func commit(_ frames: [Frame], _ committer: Committer) async -> Committer.Outcome {
    await withCheckedContinuation { continuation in committer.commit(frames) { continuation.resume(returning: $0) } }
  }

  @Test func aFewEventsAreDurableAtOnce() throws {
    let committer = committer(Committer.InlineCommitLimit(events: 3, nanoseconds: .max))
    guard case .durable(3, true)? = committer.commitAtOnce([frame(1, 2), frame(3, 1)]) else {
      Issue.record("not written")
      return
    }
    #expect(disk.committed == 3)
  }

  @Test func manyEventsAreNot() async {
    let committer = committer(Committer.InlineCommitLimit(events: 3, nanoseconds: .max))
    #expect(committer.commitAtOnce([frame(1, 2), frame(3, 2)]) == nil)
    #expect(disk.committed == 0)
    guard case .durable(4, true) = await commit([frame(1, 2), frame(3, 2)], committer) else {
      Issue.record("not written")
      return
    }
  }

  @Test func nothingIsOnASlowDisk() async {
    // Every disk is slower than no time at all, once it has been used.
    let committer = committer(Committer.InlineCommitLimit(nanoseconds: 0))
    #expect(committer.commitAtOnce([frame(1, 1)]) != nil)
    #expect(committer.commitAtOnce([frame(2, 1)]) == nil)
    #expect(disk.committed == 1)
  }

  @Test func nobodyWaitsForTheWriter() async {
    let committer = committer(Committer.InlineCommitLimit(nanoseconds: .max))
    disk.hold()
    async let first = commit([frame(1, 1)], committer)
    // The writer takes its time: whoever comes now finds it so, and does not wait.
    while disk.waiting == 0 { await Task.yield() }
    #expect(committer.commitAtOnce([frame(2, 1)]) == nil)
    disk.release()
    guard case .durable(1, true) = await first else {
      Issue.record("not written")
      return
    }
  }

  @Test func aFullDiskAndABrokenOneAreTold() {
    let committer = committer(Committer.InlineCommitLimit(nanoseconds: .max))
    disk.fail(StoreError(.full, "no room"))
    guard case .full? = committer.commitAtOnce([frame(1, 1)]) else {
      Issue.record("not told")
      return
    }
    disk.fail(StoreError(.poisoned, "broken"))
    guard case .failed? = committer.commitAtOnce([]) else {
      Issue.record("not told")
      return
    }
  }
}
