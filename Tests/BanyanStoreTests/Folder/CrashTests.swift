import BanyanStore
import StoreTestSupport
import Testing

/// A scenario of everything that a server does to its store, with the N-th call failing, for every N; then the process
/// dies there, or the machine does. What was acknowledged must be there, and nothing but a prefix of what was appended.
@Suite struct CrashTests {
  /// What the scenario got done.
  final class Witness {
    var appended: [String] = []
    var acknowledged = 0
    var snapshots: [UInt64] = []
  }

  private func run(_ files: MemoryFiles, _ witness: Witness, seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let opened = try Opened(files, segmentSize: 512)
    for step in 0..<40 {
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let text = "\(witness.appended.count):" + String(repeating: "z", count: Int.random(in: 0...150, using: &random))
        opened.journal.append(text)
        witness.appended.append(text)
      }
      let isSynced = Int.random(in: 0..<4, using: &random) > 0
      try opened.journal.commit(sync: isSynced)
      if isSynced { witness.acknowledged = witness.appended.count }
      #expect(Int(opened.journal.durableSequence) >= witness.acknowledged)
      if step % 9 == 8 {
        try opened.journal.commit(sync: true)
        witness.acknowledged = witness.appended.count
        let sequence = opened.journal.durableSequence
        _ = try opened.store.put(sequence, lines: witness.appended.map { "[\"\($0)\"]" })
        witness.snapshots.append(sequence)
      }
    }
    try opened.journal.close()
    witness.acknowledged = witness.appended.count
  }

  private func contents(_ opened: Opened) -> [String] {
    opened.target.lines.map { String($0.dropFirst(2).dropLast(2)) } + opened.target.payloads
  }

  private func check(_ files: MemoryFiles, _ witness: Witness, _ what: String) throws {
    let opened = try Opened(files, segmentSize: 512)
    let found = contents(opened)
    #expect(found == Array(witness.appended.prefix(found.count)), "\(what)")
    #expect(found.count >= witness.acknowledged, "\(what)")
    // It works on, and starts again.
    opened.journal.append("after")
    try opened.journal.commit(sync: true)
    #expect(contents(try Opened(files.afterKill(), segmentSize: 512)) == found + ["after"], "\(what)")
  }

  @Test(arguments: [FileError.Reason.other, .full], [true, false])
  func everyCallFailsOnce(reason: FileError.Reason, lasts: Bool) throws {
    let whole = MemoryFiles()
    try run(whole, Witness(), seed: 5)
    let calls = whole.calls
    #expect(calls > 150)
    for call in 1...calls {
      let files = MemoryFiles()
      files.inject(.init(call: call, reason: reason, lasts: lasts))
      let witness = Witness()
      do {
        try run(files, witness, seed: 5)
      } catch is StoreError {}
      files.inject(nil)
      let what = "call \(call): \(files.log[call - 1])"
      try check(files.afterKill(), witness, "killed, \(what)")
      var random = SeededRandom(seed: UInt64(call))
      try check(files.afterPowerLoss(using: &random), witness, "power lost, \(what)")
    }
  }

  /// The start itself dies at each of its calls, ten times over: it converges.
  @Test func recoveryDiesAtEveryCall() throws {
    let files = MemoryFiles()
    let witness = Witness()
    files.inject(.init(call: 200, reason: .other, lasts: true))
    do {
      try run(files, witness, seed: 8)
    } catch is StoreError {}
    files.inject(nil)
    var random = SeededRandom(seed: 9)
    for call in 1...40 {
      var current = files.afterPowerLoss(using: &random)
      for _ in 0..<10 {
        current.inject(.init(call: call, reason: .other, lasts: true))
        _ = try? Opened(current, segmentSize: 512)
        current.inject(nil)
        current = current.afterPowerLoss(using: &random)
      }
      try check(current, witness, "call \(call)")
    }
  }
}
