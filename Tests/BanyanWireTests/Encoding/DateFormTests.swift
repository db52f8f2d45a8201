import BanyanCore
import BanyanWire
import Testing

@Suite struct DateFormTests {
  @Test(
    arguments: [
      (1_364_898_553_000, "Tue, 02 Apr 2013 10:29:13 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
      (-1000, "Wed, 31 Dec 1969 23:59:59 GMT"), (951_782_400_000, "Tue, 29 Feb 2000 00:00:00 GMT"),
      (4_102_444_799_000, "Thu, 31 Dec 2099 23:59:59 GMT"),
    ] as [(Int64, String)])
  func httpDatesGoBothWays(_ milliseconds: Int64, _ text: String) {
    #expect(DateForm.rfc1123.text(milliseconds) == text)
    #expect(DateForm.milliseconds(text) == milliseconds)
  }

  @Test func everyDateComesBack() {
    var random = SplitMix(state: 7)
    for _ in 0..<2000 {
      let date = Int64.random(in: -62_135_596_800_000..<253_402_300_800_000, using: &random)
      #expect(DateForm.milliseconds(DateForm.iso8601.text(date)) == date)
      let second = date - (date % 1000 + 1000) % 1000
      #expect(DateForm.milliseconds(DateForm.rfc1123.text(date)) == second)
    }
  }

  @Test(arguments: [
    "", "Tue, 02 Apr 2013 10:29:13", "Tue, 31 Feb 2013 10:29:13 GMT", "Tue, 02 Apr 2013 24:00:00 GMT",
    "tue, 02 Apr 2013 10:29:13 GMT", "Tue, 2 Apr 2013 10:29:13 GMT", "Tue, 02 apr 2013 10:29:13 GMT",
    "Tue, 02 Apr 2013 10:29:13 UTC", "Tue; 02 Apr 2013 10:29:13 GMT", "Tue, 02 Apr 2013 10-29-13 GMT",
    "Tue, 0١ Apr 2013 10:29:13 GM", "2013-02-29T00:00:00Z", "yesterday", "1364898553",
  ])
  func otherTextsAreNoDates(_ text: String) {
    #expect(DateForm.milliseconds(text) == nil)
  }

  @Test func extremesDoNotTrap() {
    for date in [Int64.min, .max] {
      #expect(!DateForm.rfc1123.text(date).isEmpty)
      #expect(!DateForm.iso8601.text(date).isEmpty)
    }
  }
}
