import BanyanWire
import Testing

@Suite struct QuantityTests {
  @Test(
    arguments: [
      ("0", 0), ("1024", 1024), ("1B", 1), ("1 kB", 1000), ("1GB", 1_000_000_000), ("1 GiB", 1 << 30),
      ("1.5 GiB", 3 << 29), ("0.5KiB", 512), ("1.000 MB", 1_000_000), ("8192 TiB", 1 << 53), ("007 MiB", 7 << 20),
    ] as [(String, Int64)])
  func bytesAreExact(_ text: String, _ bytes: Int64) throws {
    #expect(try ByteCount.parse(text) == bytes)
  }

  @Test(arguments: [
    "", " ", "1g", "1 gib", "1KB", "1e3 MB", "0x10", "١ GB", " 1 GB", "1 GB ", "-1", "-1 GB", "+1", "1.", ".5 GB",
    "1..5 GB", "1.5", "0.3 B", "1.0001 kB", "8193 TiB", "9223372036854775808", "99999999999999999999999 GB",
    "1  GB", "1 G B", "1,5 GB", "1\u{0}GB", "nan", "∞", "1.0000000000000000000000001 GB", "1 ",
  ])
  func otherTextsAreNoBytes(_ text: String) {
    #expect(throws: QuantityError.self) { try ByteCount.parse(text) }
  }

  @Test(
    arguments: [
      (0, "0 B"), (1000, "1000 B"), (1024, "1 KiB"), (134_217_728, "128 MiB"), (3 << 29, "1.5 GiB"),
      ((1 << 30) + (1 << 24), "1.02 GiB"), ((1 << 30) - 1, "1024 MiB"), (1 << 53, "8192 TiB"),
    ] as [(Int64, String)])
  func bytesAreShownInBinaryUnits(_ bytes: Int64, _ text: String) {
    #expect(ByteCount.text(bytes) == text)
  }

  @Test func whatIsShownInWholeUnitsIsReadBack() throws {
    for unit in ByteCount.units {
      for count in [1, 2, 999, 1023] as [Int64] {
        #expect(try ByteCount.parse("\(count) \(unit.name)") == count * unit.bytes)
        #expect(try ByteCount.parse("\(count)\(unit.name)") == count * unit.bytes)
      }
    }
  }

  @Test(
    arguments: [
      ("0", 0), ("250ms", 250), ("90s", 90_000), ("10m", 600_000), ("4h", 14_400_000), ("2d", 172_800_000),
      ("1h30m", 5_400_000), ("1.5h", 5_400_000), ("2 d", 172_800_000), ("0.001s", 1),
    ] as [(String, Int64)])
  func spansAreExact(_ text: String, _ milliseconds: Int64) throws {
    #expect(try TimeSpan.parse(text) == milliseconds)
  }

  @Test(arguments: [
    "", "10", "1w", "m", "-1s", "1m1h", "1s1s", "0.0001s", "1e3s", "99999999999999d", "1h 30m!", "1H", "٣s",
  ])
  func otherTextsAreNoSpans(_ text: String) {
    #expect(throws: QuantityError.self) { try TimeSpan.parse(text) }
  }

  @Test(
    arguments: [
      (0, "0ms"), (20, "20ms"), (1500, "1.5s"), (59_999, "59.9s"), (60_000, "1m"), (5_400_000, "1h 30m"),
      (5_400_001, "1h 30m"), (172_800_000, "2d"), (-1500, "-1.5s"), (86_400_000 + 60_000, "1d"),
    ] as [(Int64, String)])
  func spansAreShownInTwoUnits(_ milliseconds: Int64, _ text: String) {
    #expect(TimeSpan.text(milliseconds) == text)
  }

  @Test func extremesDoNotTrap() {
    #expect(!TimeSpan.text(.min).isEmpty)
    #expect(!TimeSpan.text(.max).isEmpty)
    #expect(!ByteCount.text(.max).isEmpty)
    #expect(!ByteCount.text(.min).isEmpty)
  }
}
