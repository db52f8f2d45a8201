import BanyanCore
import Testing

@testable import banyan

@Suite struct ExportedEnvironmentTests {
  static let shell: TextMap = [
    "PATH": "/bin", "LANG": "C", "LC_ALL": "C", "HOME": "/h", "BANYAN_TOKEN": "canary", "BANYAN_SERVER": "s",
    "VIRTUAL_ENV": "/v", "BASH_FUNC_f%%": "() { :; }", "A": "a\nb=c\n",
  ]

  @Test func whatTravelsWhenNothingIsSaid() throws {
    #expect(
      try ExportedEnvironment.chosen(by: nil, from: Self.shell).map(\.key) == [
        "LANG", "LC_ALL", "PATH", "VIRTUAL_ENV",
      ])
  }

  @Test func allIsAllButTheCommandsOwn() throws {
    let all = try ExportedEnvironment.chosen(by: "ALL", from: Self.shell)
    #expect(all.map(\.key) == ["A", "HOME", "LANG", "LC_ALL", "PATH", "VIRTUAL_ENV"])
    #expect(all["A"] == "a\nb=c\n")
  }

  @Test func namesAreToldApartByTheirCodePoints() throws {
    let forms: TextMap = ["caf\u{e9}": "1", "cafe\u{301}": "2"]
    #expect(try ExportedEnvironment.chosen(by: "cafe\u{301}", from: forms) == ["cafe\u{301}": "2"])
    #expect(try ExportedEnvironment.chosen(by: "cafe\u{301},caf\u{e9}", from: forms) == forms)
    // The Kelvin sign is no K, and a token that hides behind it is none.
    let token: TextMap = ["BANYAN_TOKEN": "canary"]
    #expect(throws: UsageError.self) { try ExportedEnvironment.chosen(by: "BANYAN_TO\u{212A}EN", from: token) }
  }

  @Test func namesAndNone() throws {
    #expect(try ExportedEnvironment.chosen(by: "A,HOME", from: Self.shell) == ["A": "a\nb=c\n", "HOME": "/h"])
    #expect(try ExportedEnvironment.chosen(by: "NONE", from: Self.shell).isEmpty)
    #expect(throws: UsageError.self) { try ExportedEnvironment.chosen(by: "A,MISSING", from: Self.shell) }
    #expect(throws: UsageError.self) { try ExportedEnvironment.chosen(by: "BANYAN_TOKEN", from: Self.shell) }
  }
}
