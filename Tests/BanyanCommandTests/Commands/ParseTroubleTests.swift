import Testing

@testable import banyan

/// What is mistyped is told with what was meant.
@Suite struct ParseTroubleTests {
  private func message(_ words: String...) throws -> String {
    let typed = try Vocabulary.understood(words)
    let error = try #require(throws: (any Error).self) { try Banyan.parseAsRoot(typed) }
    return ParseTrouble(error, typed: typed).message
  }

  /// An unknown flag is told whatever stands behind it; that is never read as a file.
  @Test(arguments: [
    ("--core", "--cores"), ("--mem", "--memory"), ("--time", "--time-limit"), ("-J", "--name"), ("-c", "--cores"),
    ("-p", "--queue"), ("--job-name", "--name"), ("--dependency", "--after"), ("--prioritty", "--priority"),
  ])
  func anUnknownFlagNamesTheNearest(flag: String, meant: String) throws {
    for rest in [["2", "--", "true"], ["2", "g.yaml"], ["2"]] {
      let typed = try Vocabulary.understood(["submit", flag] + rest)
      let error = try #require(throws: (any Error).self) { try Banyan.parseAsRoot(typed) }
      #expect(ParseTrouble(error, typed: typed).message == "'\(flag)' is no flag of submit; did you mean '\(meant)'?")
    }
  }

  @Test func ofEachSubcommand() throws {
    #expect(try message("list", "--stat", "failed") == "'--stat' is no flag of list; did you mean '--state'?")
    #expect(try message("workers", "paus") == "'paus' is no subcommand of workers; did you mean 'pause'?")
    #expect(try message("cancel", "--yess", "1") == "'--yess' is no flag of cancel; did you mean '--yes'?")
    #expect(try message("submit", "--zzzzzz") == "'--zzzzzz' is no flag of submit")
  }

  /// Where the flags are right the parser's own words are told, of one line.
  @Test func everythingElseIsOneSentence() throws {
    #expect(try message("submit", "--cores", "many", "--", "x").contains("many"))
    #expect(try message("submit", "sleep", "10").contains("banyan submit -- sleep 10"))
    for words in [["submit"], ["wait"], ["cancel"], ["submit", "--cores", "x", "--", "y"], ["submit", "--resume"]] {
      let typed = try Vocabulary.understood(words)
      let error = try #require(throws: (any Error).self) { try Banyan.parseAsRoot(typed) }
      #expect(!ParseTrouble(error, typed: typed).message.contains("\n"), "\(words)")
    }
  }

  /// A value is no flag, and what stands behind `--` is the program's own.
  @Test func valuesAreNotLookedAt() {
    let flags = FlagTable(of: SubmitCommand.self)
    #expect(flags.stray(in: ["--name", "x", "-o", "json", "-ojson", "--env=A=-b", "--priority=-3", "-"]) == nil)
    #expect(flags.stray(in: ["--cores", "2", "--", "--foo"]) == nil)
    #expect(flags.stray(in: ["--name", "--foo"]) == "--foo")
    #expect(flags.stray(in: ["-x=3"]) == "-x")
  }
}
