import BanyanWire
import Testing

@testable import banyan

import Glibc

/// Times as people type them, each in its zone; the zone is the process's own, so one after the other.
@Suite(.serialized) struct TypedTimeTests {
  /// Tue, 1 December 2026, 21:30:00 UTC.
  private static let now: Int64 = 1_796_160_600_000

  private func parsed(_ text: String, zone: String) throws -> String {
    let before = getenv("TZ").map { String(cString: $0) }
    setenv("TZ", zone, 1)
    defer {
      if let before { setenv("TZ", before, 1) } else { unsetenv("TZ") }
      tzset()
    }
    return WireDate.text(try TypedTime.parse(text, now: Self.now))
  }

  @Test(arguments: [
    ("now", "2026-12-01T21:30:00.000Z"), ("+5m", "2026-12-01T21:35:00.000Z"), ("22:00", "2026-12-02T21:00:00.000Z"),
    ("23:00", "2026-12-01T22:00:00.000Z"), ("tomorrow", "2026-12-01T23:00:00.000Z"),
    ("tomorrow 08:00", "2026-12-02T07:00:00.000Z"), ("today 08:00", "2026-12-01T07:00:00.000Z"),
    ("2026-12-24", "2026-12-23T23:00:00.000Z"), ("2026-07-01T22:00", "2026-07-01T20:00:00.000Z"),
    ("2026-07-01 22:00:30", "2026-07-01T20:00:30.000Z"), ("2026-07-01T22:00:00+05:45", "2026-07-01T16:15:00.000Z"),
    ("2026-07-01T22:00:00Z", "2026-07-01T22:00:00.000Z"),
  ])
  func withoutAnOffsetItIsTheTypistsOwn(text: String, moment: String) throws {
    #expect(try parsed(text, zone: "Europe/Berlin") == moment)
  }

  @Test func anHourThatIsNotThereOrThereTwiceIsTold() throws {
    let missing = #expect(throws: TypedTime.Trouble.self) { try parsed("2027-03-28T02:30:00", zone: "Europe/Berlin") }
    #expect(missing?.description.contains("leave this hour out") == true)
    let twice = #expect(throws: TypedTime.Trouble.self) { try parsed("2026-10-25T02:30:00", zone: "Europe/Berlin") }
    #expect(twice?.description.contains("twice") == true)
    #expect(try parsed("2027-03-28T02:30:00", zone: "Asia/Kathmandu") == "2027-03-27T20:45:00.000Z")
  }

  @Test(arguments: [
    "", "soon", "24:00", "22:60", "8", "2026-13-01", "2026-02-30T10:00", "tomorrow 8", "+", "+5", "22:00 x",
  ])
  func whatIsNoTimeIsRefused(text: String) {
    #expect(throws: TypedTime.Trouble.self) { try parsed(text, zone: "UTC") }
  }

  @Test func spansAndSizesOfOtherQueuesAreUnderstood() throws {
    #expect(try Quantities.duration("00:10:00", of: "--x") == 600_000)
    #expect(try Quantities.duration("1-02:00:01", of: "--x") == 93_601_000)
    for wrong in ["10:00", "00:60:00", "1-2", "-1:00:00", "a:b:c"] {
      #expect(throws: UsageError.self) { try Quantities.duration(wrong, of: "--x") }
    }
    #expect(try Quantities.bytes("200M", of: "--x") == 200 << 20)
    #expect(try Quantities.bytes("8g", of: "--x") == 8 << 30)
    #expect(throws: UsageError.self) { try Quantities.bytes("G", of: "--x") }
  }
}
