import Testing

@testable import BanyanCore

@Suite struct TaskEntryTests {
  private static func entry(seconds: UInt32, created: Int64? = nil, at time: Int64) -> TaskEntry {
    TaskEntry(
      id: TaskID(seconds: seconds, rest: 1), spec: TaskSpec(owner: "ann", fields: TaskFields()), isHeld: false,
      created: created, at: time)
  }

  /// A time that is of another second than the identifier's is no millisecond of it.
  @Test(
    arguments: [
      (UInt32(7), nil, Int64(7_000), Int64(7_000)), (7, nil, 7_999, 7_999), (7, nil, 8_000, 7_000),
      (7, nil, 6_999, 7_000), (0, nil, -1, 0), (7, nil, .max, 7_000), (7, nil, .min, 7_000),
      (.max, nil, .min, 4_294_967_295_000),
      (7, 7_123, 9_456, 7_123), (7, 0, 7_456, 7_000),
    ] as [(UInt32, Int64?, Int64, Int64)])
  func itWasMadeInTheSecondOfItsIdentifier(seconds: UInt32, told: Int64?, now: Int64, created: Int64) {
    #expect(Self.entry(seconds: seconds, created: told, at: now).created == created)
  }

  /// There are a million of them: the millisecond, and what lies behind the cause, take no room of their own.
  @Test func nothingIsLostBetweenItsFields() {
    #expect(MemoryLayout<TaskEntry>.offset(of: \.id) == 0)
    #expect(MemoryLayout<TaskEntry>.offset(of: \.state) == 12)
    #expect(MemoryLayout<TaskEntry>.offset(of: \.isHeld) == 13)
    #expect(MemoryLayout<TaskEntry>.offset(of: \.pending) == 16)
    #expect(MemoryLayout<TaskEntry>.offset(of: \.turn) == 56)
    #expect(MemoryLayout<TaskEntry>.offset(of: \.isFamilial) == 137)
    #expect(MemoryLayout<TaskEntry>.offset(of: \.member) == 140)
    #expect(MemoryLayout<TaskEntry>.size == 144)
    #expect(MemoryLayout<TaskEntry>.stride == 144)
  }

  /// Copied several times with each claim and each end: a case or a field that is rarely there stands behind a reference.
  @Test func whatIsCopiedWithEachChangeIsSmall() {
    #expect(MemoryLayout<Event>.size <= 97)
    #expect(MemoryLayout<TaskRecord>.size <= 192)
  }
}
