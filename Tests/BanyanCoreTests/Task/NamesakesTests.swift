import Testing

@testable import BanyanCore

/// Many tasks of one name, one after the other or of several owners.
@Suite struct NamesakesTests {
  private static func entry(_ number: UInt32, _ name: String, owner: String, isEnded: Bool) -> TaskEntry {
    var fields = TaskFields()
    fields.name = name
    var entry = TaskEntry(
      id: TaskID(seconds: number, rest: 1), spec: TaskSpec(owner: owner, fields: fields), isHeld: false, at: 0)
    entry.state = isEnded ? .terminated : .inactive
    return entry
  }

  private static func names(_ table: TaskTable, _ name: String) -> [TaskID] {
    table.all(named: name).map { table[$0].id }
  }

  /// Whatever the order in which they are restored, a name means the same.
  @Test(arguments: 0..<20 as Range<UInt64>)
  func theOrderOfARestoreDoesNotMatter(seed: UInt64) {
    var random = SplitMix(state: seed)
    let entries = (1...60 as ClosedRange<UInt32>).map { number in
      Self.entry(
        number, "n\(number % 4)", owner: "o\(number)", isEnded: Bool.random(using: &random))
    }
    var live = TaskTable()
    for entry in entries { _ = live.insert(entry) }
    var restored = TaskTable()
    for entry in entries.shuffled(using: &random) { _ = restored.restore(entry) }
    restored.linkLatecomers()
    for name in ["n0", "n1", "n2", "n3"] {
      #expect(Self.names(restored, name) == Self.names(live, name))
      for owner in 1...60 {
        let asker = "o\(owner)"
        #expect(
          restored.find(named: name, asker: asker).map { restored[$0].id }
            == live.find(named: name, asker: asker).map { live[$0].id })
      }
    }
    // Its chains are whole: each can be taken out.
    while let slot = restored.all(named: "n1").randomElement(using: &random) {
      let before = Self.names(restored, "n1").count
      restored.remove(slot)
      #expect(Self.names(restored, "n1").count == before - 1)
    }
  }

  /// A snapshot has the tasks by their slots, which come back the last freed first: so the newest may come first.
  @Test(.timeLimit(.minutes(1)))
  func manyOfOneNameAreRestoredInAnyOrder() {
    let count: UInt32 = 200_000
    var restored = TaskTable()
    for number in (1...count).reversed() {
      _ = restored.restore(Self.entry(number, "nightly", owner: "ann", isEnded: true))
    }
    restored.linkLatecomers()
    #expect(restored.find(named: "nightly", asker: "ann").map { restored[$0].id.seconds } == count)
    #expect(Self.names(restored, "nightly").map(\.seconds) == (1...count).reversed())
  }
}
