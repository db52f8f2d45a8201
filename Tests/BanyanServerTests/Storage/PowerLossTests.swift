import BanyanCore
import Logging
import NIOCore
import NIOPosix
import StoreTestSupport
import TestSupport
import Testing

@testable import BanyanServer
@testable import BanyanStore

/// The queue and its store on a disk that loses power again and again, with clients that note what they were told; and the
/// same with faults built in, each of which the checker has to find.
@Suite(.serialized) struct PowerLossTests {
  /// What is built in.
  enum Fault: CaseIterable {
    case skipsSyncs, answersEarly, replaysAFrameTwice
  }

  @Test(arguments: 0..<4 as Range<UInt64>)
  func whatWasAcknowledgedSurvives(seed: UInt64) async throws {
    let violations = try await violations(seed: seed, fault: nil)
    #expect(violations == [], "seed \(seed)")
  }

  @Test(arguments: Fault.allCases)
  func aFaultIsFound(fault: Fault) async throws {
    for seed: UInt64 in 0..<10 {
      do {
        if try await !violations(seed: seed, fault: fault).isEmpty { return }
      } catch is StoreError {
        // A start that refuses what the fault left has found it too, but it is the checker that has to.
      }
    }
    Issue.record("\(fault) was not found in 10 runs")
  }

  private func violations(seed: UInt64, fault: Fault?) async throws -> [String] {
    var random = SplitMix(state: seed)
    var files = MemoryFiles()
    let chronicle = Chronicle()
    for round in 0..<6 {
      files.setIgnoresSyncs(fault == .skipsSyncs)
      let machine = try await Machine(files, answersEarly: fault == .answersEarly, chronicle: chronicle)
      files = await machine.run(seed: random.next(), round: round, takesSnapshots: fault != .replaysAFrameTwice)
      if fault == .replaysAFrameTwice, round == 3 { files = try Self.doublingAFrame(files, &random) }
    }
    files.setIgnoresSyncs(false)
    let last = try await Machine(files, answersEarly: false, chronicle: chronicle)
    let final = try await last.finish()
    return HistoryChecker.violations(of: chronicle.history, final: final)
  }

  /// The same journal as a writer would leave it that wrote one frame twice.
  private static func doublingAFrame(_ files: MemoryFiles, _ random: inout SplitMix) throws -> MemoryFiles {
    var target = Frames()
    _ = try FolderStore(path: Machine.folder, files: files.afterKill()).recover(into: &target)
    let created = target.frames.indices.filter { target.frames[$0].isASubmission }
    let doubled = created.randomElement(using: &random)
    let copy = MemoryFiles()
    let store = try FolderStore(path: Machine.folder, files: copy)
    var nothing = Frames()
    _ = try store.recover(into: &nothing)
    let journal = try store.openJournal()
    for (place, frame) in target.frames.enumerated() {
      for _ in 0..<(place == doubled ? 2 : 1) {
        journal.append(count: frame.count, time: frame.time) { $0 += frame.payload }
      }
    }
    try journal.close()
    return copy.afterKill()
  }

  /// The frames of a journal as they lie there.
  private struct Frames: RecoveryTarget {
    var frames: [(count: Int, time: Int64, payload: [UInt8], isASubmission: Bool)] = []

    mutating func begin(_ snapshot: SnapshotHeader?) { frames = [] }
    mutating func add(_ block: SnapshotBlock) {}
    mutating func finishSnapshot() {}
    mutating func apply(_ frame: JournalFrame) {
      let payload = Array(frame.payload)
      frames.append((frame.count, frame.time, payload, payload.starts(with: Array("[\"task_created\"".utf8))))
    }
  }
}

/// One start of the server's inner half.
struct Machine: Sendable {
  static let folder = "/data"
  private let files: MemoryFiles
  private let store: FolderStore
  private let queue: TaskQueue
  private let chronicle: Chronicle
  private let ann = Principal(user: Identifier(seconds: 1, rest: 1), name: "ann", role: .provider)
  private let machines = Principal(user: Identifier(seconds: 1, rest: 2), name: "machines", role: .worker)

  init(_ files: MemoryFiles, answersEarly: Bool, chronicle: Chronicle) async throws {
    self.files = files
    self.chronicle = chronicle
    var options = FolderStore.Options()
    options.segmentSize = 32 << 10
    options.pace = .unpaced
    store = try FolderStore(path: Self.folder, files: files, options: options)
    let state = try store.recoverQueue().state
    let threads = MultiThreadedEventLoopGroup.singleton
    let loop = threads.next()
    let clock = ManualClock()
    let failed: @Sendable (StoreError) -> Void = { Issue.record("the disk failed: \($0)") }
    let committer =
      answersEarly
      ? Committer(
        journal: HastyJournal(try store.openJournal()), durability: .always, loop: threads.next(), onFailure: failed)
      : Committer(journal: try store.openJournal(), durability: .always, loop: threads.next(), onFailure: failed)
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    queue = TaskQueue(
      state: state, entropy: Entropy(seed: state.sequence &+ 1), configuration: QueueConfiguration(), clock: clock,
      loop: loop, committer: committer, feed: EventFeed(last: state.sequence, loop: loop),
      watchdog: Watchdog(clock: clock, loop: loop), usage: UsageBoard(loop: loop), logger: logger,
      onFailure: failed, onUsersChanged: { _ in })
    chronicle.restorePower()
    await queue.start()
  }

  // MARK: A round

  /// Clients work until the power is gone; what the disk kept.
  func run(seed: UInt64, round: Int, takesSnapshots: Bool) async -> MemoryFiles {
    var random = SplitMix(state: seed)
    let steps = Int.random(in: 5...40, using: &random)
    let seeds = (0..<6).map { _ in random.next() }
    let lossSeed = random.next()
    return await withTaskGroup(of: MemoryFiles?.self) { group in
      for client in 0..<3 {
        group.addTask {
          await provide(steps: 60, name: "c\(client)r\(round)", seed: seeds[client])
          return nil
        }
      }
      for worker in 0..<2 {
        group.addTask {
          await work("w\(worker)", rounds: 40, seed: seeds[3 + worker])
          return nil
        }
      }
      group.addTask {
        if takesSnapshots, let view = try? await queue.syncedView() {
          _ = try? store.putSnapshot(of: view) { () throws(StoreError) in true }
        }
        return nil
      }
      // In the midst of what the others do.
      group.addTask {
        await provide(steps: steps, name: "last\(round)", seed: seeds[5])
        var random = SplitMix(state: lossSeed)
        return chronicle.losePower { files.afterPowerLoss(using: &random) }
      }
      var kept = files
      for await found in group { if let found { kept = found } }
      return kept
    }
  }

  private func provide(steps: Int, name: String, seed: UInt64) async {
    var random = SplitMix(state: seed)
    for step in 0..<steps {
      switch Int.random(in: 0..<8, using: &random) {
      case 0:
        guard let task = chronicle.knownTask, let id = Identifier(task) else { continue }
        chronicle.add(.cancelling(task: task))
        _ = try? await queue.perform(.cancel([id], grace: nil, by: ann))
      case 1, 2:
        guard let task = chronicle.knownTask, let id = Identifier(task) else { continue }
        let found = await queue.read { $0.record(id) }
        chronicle.add(.seen(task: task, state: found?.state.name ?? "gone", number: Int(found?.claimNumber ?? 0)))
      case 3:
        guard let open = chronicle.openRequest else { continue }
        await submit(open.key, open.names, open.parents)
      default:
        let count = Int.random(in: 1...4, using: &random)
        let parents: [Int?] = (0..<count).map { $0 > 0 && Bool.random(using: &random) ? $0 - 1 : nil }
        let key = "\(name)-\(step)"
        let names = (0..<count).map { "\(key)/\($0)" }
        chronicle.add(.submitting(key: key, names: names, parents: parents))
        await submit(key, names, parents)
      }
    }
  }

  private func submit(_ key: String, _ names: [String], _ parents: [Int?]) async {
    let drafts = zip(names, parents).map { name, parent in
      var draft = QueueBench.draft { fields in
        fields.name = name
        fields.maxLossCount = 1000
      }
      if let parent { draft.after = [.name(names[parent])] }
      return draft
    }
    let submission = Submission(tasks: drafts, by: ann, key: (key, Array(key.utf8)))
    do throws(Rejection) {
      guard case .submitted(let ids) = try await queue.perform(.submit(submission)) else { return }
      chronicle.add(.submitted(key: key, ids: ids.map(\.description)))
    } catch {
      chronicle.add(.refused(key: key))
    }
  }

  private func work(_ name: String, rounds: Int, seed: UInt64) async {
    var random = SplitMix(state: seed)
    guard let worker = await hello(name, &random) else { return }
    for _ in 0..<rounds { _ = await workOnce(worker, failures: 0.1, &random) }
  }

  /// Says who it is, and ends what it is told that it holds.
  private func hello(_ name: String, _ random: inout SplitMix) async -> WorkerID? {
    let asked = chronicle.length
    let hello = Hello(
      by: machines, name: name, instance: "1", offer: ResourceOffer(memoryBytes: 8 << 30, cores: 16, maxTasks: 16))
    guard case .welcomed(let welcome) = try? await queue.perform(.hello(hello)) else { return nil }
    for task in welcome.held {
      chronicle.add(.held(task: task.id.description, number: Int(task.attempt.claimNumber), asked: asked))
    }
    await report(welcome.held, of: welcome.worker.id, failures: 0, &random)
    return welcome.worker.id
  }

  /// How many tasks it got.
  private func workOnce(_ worker: WorkerID, failures: Double, _ random: inout SplitMix) async -> Int {
    let asked = chronicle.length
    guard case .claimed(let tasks) = try? await queue.perform(.claim(Claim(worker: worker, max: 4))) else { return 0 }
    for task in tasks {
      chronicle.add(.claimed(task: task.id.description, number: Int(task.attempt.claimNumber), asked: asked))
    }
    await report(tasks, of: worker, failures: failures, &random)
    return tasks.count
  }

  private func report(
    _ tasks: [ClaimedTask], of worker: WorkerID, failures: Double, _ random: inout SplitMix
  ) async {
    for task in tasks {
      let isSuccess = Double.random(in: 0..<1, using: &random) >= failures
      let (id, number) = (task.id.description, Int(task.attempt.claimNumber))
      chronicle.add(.reporting(task: id, number: number, isSuccess: isSuccess))
      let report = AttemptReport(
        task: task.id, token: .genuine(claimNumber: task.attempt.claimNumber, epoch: task.attempt.epoch),
        state: .terminated, exitStatus: isSuccess ? ExitStatus.success : "failure (exit 1)", timeTerminated: 1)
      guard case .judged(let results) = try? await queue.perform(.report(worker, [report])), let result = results.first,
        result.refusal == nil
      else { continue }
      chronicle.add(.reported(task: id, number: number, isSuccess: isSuccess))
    }
  }

  // MARK: The end

  /// Runs what is left, and reads everything.
  func finish() async throws -> [FinalTask] {
    var random = SplitMix(state: 1)
    for name in ["w0", "w1"] {
      guard let worker = await hello(name, &random) else { continue }
      while await workOnce(worker, failures: 0, &random) > 0 {}
    }
    let view = await queue.view()
    var final: [FinalTask] = []
    view.forEachTask { task in
      final.append(
        FinalTask(
          id: task.id.description, name: task.spec.name ?? "", state: task.state.name, number: Int(task.claimNumber),
          hasSucceeded: task.state == .terminated && task.cause == nil))
      return true
    }
    try await queue.stop()
    return final
  }
}

/// Says that it is durable one commit too early.
private final class HastyJournal: Journal {
  private let journal: any Journal
  private var commits = 0

  init(_ journal: sending any Journal) { self.journal = journal }

  var nextSequence: UInt64 { journal.nextSequence }
  var durableSequence: UInt64 { journal.nextSequence - 1 }
  var pendingBytes: Int { journal.pendingBytes }
  var hasRoom: Bool { journal.hasRoom }

  func append(count: Int, time: Int64, _ write: (inout [UInt8]) -> Void) {
    journal.append(count: count, time: time, write)
  }

  func commit(sync: Bool) throws(StoreError) {
    commits += 1
    if commits.isMultiple(of: 3) { try journal.commit(sync: sync) }
  }

  func makeRoom() throws(StoreError) { try journal.makeRoom() }
  func close() throws(StoreError) { try journal.close() }
}
