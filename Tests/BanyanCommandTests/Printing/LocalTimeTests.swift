import Foundation
import Testing

@testable import banyan

/// One after the other: the zone is the process's.
@Suite(.serialized) struct LocalTimeTests {
  private func text(_ milliseconds: Int64, zone: String) -> String {
    let before = ProcessInfo.processInfo.environment["TZ"]
    setenv("TZ", zone, 1)
    defer { if let before { setenv("TZ", before, 1) } else { unsetenv("TZ") } }
    return LocalTime.text(milliseconds)
  }

  @Test(arguments: [
    ("UTC", "2026-11-25T03:15:57.123+00:00"), ("<+01>-1", "2026-11-25T04:15:57.123+01:00"),
    ("<-0930>9:30", "2026-11-24T17:45:57.123-09:30"), ("<+0545>-5:45", "2026-11-25T09:00:57.123+05:45"),
  ])
  func aDateIsToldInTheReadersZone(zone: String, expected: String) {
    #expect(text(1_795_576_557_123, zone: zone) == expected)
  }

  @Test func theSummerHasItsOwnOffset() {
    let zone = "CET-1CEST,M3.5.0,M10.5.0/3"
    #expect(text(1_795_576_557_123, zone: zone).hasSuffix("+01:00"))
    #expect(text(1_782_000_000_000, zone: zone).hasSuffix("+02:00"))
  }

  @Test func beforeTheEpochToo() { #expect(text(-1, zone: "UTC") == "1969-12-31T23:59:59.999+00:00") }

  @Test func aNameThatLooksLikeADateStaysAsItIs() {
    #expect(LocalTime.text("name", "2026-11-25T03:15:57.123Z") == nil)
    #expect(LocalTime.text("time_started", "2026-11-25T03:15:57.123Z") != nil)
    #expect(LocalTime.text("time_started", nil) == nil)
  }
}
