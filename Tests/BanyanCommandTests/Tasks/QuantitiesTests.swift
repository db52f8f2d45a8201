import Testing

@testable import banyan

@Suite struct QuantitiesTests {
  @Test func units() throws {
    #expect(try Quantities.bytes("512MiB", of: "--memory") == 536_870_912)
    #expect(try Quantities.bytes("8GB", of: "--memory") == 8_000_000_000)
    #expect(try Quantities.duration("90s", of: "--grace") == 90_000)
    #expect(try Quantities.duration("2d", of: "--grace") == 172_800_000)
  }

  @Test(arguments: ["1q", "g", "-1", "1e3 MB", "0x10", "", "١ GB"])
  func whatIsNoSizeNamesItsFlag(text: String) throws {
    let error = try #require(throws: UsageError.self) { try Quantities.bytes(text, of: "--memory") }
    #expect(error.description.hasPrefix("--memory '\(text)': "))
  }

  @Test(arguments: ["10", "s", "1y", "-5s", "5 m m"])
  func whatIsNoDuration(text: String) {
    #expect(throws: UsageError.self) { try Quantities.duration(text, of: "--grace") }
  }

  @Test func aTimeInWhichSomethingIsToBeDoneIsNotNothing() throws {
    let error = try #require(throws: UsageError.self) { try Quantities.span("0s", of: "--time-limit") }
    #expect(error.description == "--time-limit '0s': give more than 0")
    #expect(try Quantities.span("1ms", of: "--time-limit") == 1)
  }

  @Test func aPairKeepsItsValueWhole() throws {
    #expect(try Quantities.pair("A=b=c\n", of: "--env") == ("A", "b=c\n"))
    #expect(try Quantities.pair("A=", of: "--env") == ("A", ""))
    #expect(try Quantities.pair("A=\u{301}x", of: "--env") == ("A", "\u{301}x"))
    #expect(throws: UsageError.self) { try Quantities.pair("=b", of: "--env") }
    #expect(throws: UsageError.self) { try Quantities.pair("A", of: "--env") }
  }

  @Test func aResourceIsAtLeastOne() throws {
    #expect(try Quantities.resource("license.solver=2", of: "--resource") == ("license.solver", 2))
    for text in ["license=0", "license", "=1", "license=x", "license=-1"] {
      #expect(throws: UsageError.self) { try Quantities.resource(text, of: "--resource") }
    }
  }
}
