import Testing

@testable import BanyanWire

struct WireDateTests {
  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
      (1_364_866_153_007, "2013-04-02T01:29:13.007Z"),
      (951_782_400_000, "2000-02-29T00:00:00.000Z"), (4_102_444_800_000, "2100-01-01T00:00:00.000Z"),
      (WireDate.earliest, "0000-01-01T00:00:00.000Z"), (WireDate.latest, "9999-12-31T23:59:59.999Z"),
    ] as [(Int64, String)])
  func textAndBack(_ date: Int64, _ text: String) {
    #expect(WireDate.text(date) == text)
    #expect(WireDate.milliseconds(text) == date)
    var buffer: [UInt8] = []
    WireDate.append(date, to: &buffer)
    #expect(buffer == Array(text.utf8))
  }

  @Test func everyDateComesBack() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<20_000 {
      let date = Int64.random(in: WireDate.earliest...WireDate.latest, using: &generator)
      #expect(WireDate.milliseconds(WireDate.text(date)) == date)
    }
  }

  @Test func outOfRangeBecomesTheNearest() {
    #expect(WireDate.text(.max) == "9999-12-31T23:59:59.999Z")
    #expect(WireDate.text(.min) == "0000-01-01T00:00:00.000Z")
  }

  @Test(
    arguments: [
      ("2013-04-02T01:29:13Z", 1_364_866_153_000), ("2013-04-02T01:29:13.5Z", 1_364_866_153_500),
      ("2013-04-02T01:29:13.123456789Z", 1_364_866_153_123), ("2013-04-02T03:29:13+02:00", 1_364_866_153_000),
      ("2013-04-01T19:59:13.000-0530", 1_364_866_153_000), ("2013-04-02 01:29:13z", 1_364_866_153_000),
    ] as [(String, Int64)])
  func otherSpellings(_ text: String, _ date: Int64) {
    #expect(WireDate.milliseconds(text) == date)
  }

  @Test(arguments: [
    "", "Z", "2013", "2013-04-0", "2013-04-02T01:29:13", "2013-13-02T01:29:13Z", "2013-00-02T01:29:13Z",
    "2013-02-29T01:29:13Z", "1900-02-29T00:00:00Z", "2013-04-31T01:29:13Z", "2013-04-02T24:00:00Z",
    "2013-04-02T01:60:00Z", "2013-04-02T01:29:60Z", "2013-04-02T01:29:13.Z", "2013-04-02T01:29:13Zx",
    "2013-04-02T01:29:13+2", "2013-04-02T01:29:13+24:00", "+013-04-02T01:29:13Z", "０013-04-02T01:29:13Z",
    "0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
  ])
  func nonsenseIsNone(_ text: String) {
    #expect(WireDate.milliseconds(text) == nil)
  }
}
