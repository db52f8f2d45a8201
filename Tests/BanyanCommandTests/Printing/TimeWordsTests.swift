import Foundation
import Testing

@testable import banyan

extension LocalTimeTests {
  /// In here, as the zone is the process's.
  @Suite(.serialized) struct Words {
    private static let now: Int64 = 1_795_576_557_123

    private func with<Value>(zone: String, _ body: () throws -> Value) rethrows -> Value {
      let before = ProcessInfo.processInfo.environment["TZ"]
      setenv("TZ", zone, 1)
      defer { if let before { setenv("TZ", before, 1) } else { unsetenv("TZ") } }
      return try body()
    }

    @Test(
      arguments: [
        (0, "04:15"), (3 * 3_600_000, "01:15"), (6 * 3_600_000, "Tue 22:15"), (7 * 86_400_000, "Nov 18 04:15"),
        (400 * 86_400_000, "2025-10-21"), (-86_400_000, "Thu 04:15"),
      ] as [(Int64, String)])
    func aMomentIsToldAsFarAsItIsAway(before: Int64, words: String) {
      with(zone: "<+01>-1") { #expect(TimeWords.short(Self.now - before, now: Self.now) == words) }
    }

    @Test func secondsWhereTheyAreOfUse() {
      with(zone: "UTC") { #expect(TimeWords.short(Self.now, now: Self.now, hasSeconds: true) == "03:15:57") }
    }

    @Test func howLongAgo() {
      #expect(TimeWords.ago(Self.now - 500, now: Self.now) == "now")
      #expect(TimeWords.ago(Self.now - 12_000, now: Self.now) == "12 s ago")
      #expect(TimeWords.ago(Self.now - 180_000, now: Self.now) == "3 min ago")
      #expect(TimeWords.ago(Self.now + 7_200_000, now: Self.now) == "in 2 h")
      #expect(TimeWords.ago(Self.now - 86_400_000 * 3, now: Self.now) == "3 days ago")
    }

    @Test func theServersTimesAreToldInTheReadersZone() {
      with(zone: "<+01>-1") {
        let text = "Not before 2026-11-25T03:20:00.000Z, or 2026-11-25T03:21:00Z; see 2026-11-25T03:21 and Zebra ü"
        #expect(
          TimeWords.localized(text, now: Self.now) == "Not before 04:20, or 04:21; see 2026-11-25T03:21 and Zebra ü")
      }
    }

    @Test func whatIsMeantBySince() throws {
      try with(zone: "<+01>-1") { () throws -> Void in
        #expect(try Since.moment("2h", now: Self.now) == Self.now - 7_200_000)
        #expect(try Since.moment("2026-11-25T03:15:57.123Z", now: Self.now) == Self.now)
        #expect(try Since.moment("04:15:57", now: Self.now) == Self.now / 1000 * 1000)
        #expect(try Since.moment("2026-11-25", now: Self.now) == 1_795_561_200_000)
        #expect(try Since.moment("2026-11-25 01:00", now: Self.now) == 1_795_564_800_000)
        for text in ["", "2", "yesterday", "25:00", "2026-13-01", "2026-11-25T", "-2h", "1:2:3:4"] {
          #expect(throws: UsageError.self, "\(text)") { try Since.moment(text, now: Self.now) }
        }
      }
    }
  }
}
