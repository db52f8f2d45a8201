import ArgumentParser
import Testing

@testable import banyan

@Suite struct HelpTextTests {
  /// Every page there is.
  private static func pages() -> [CommandPage] {
    func below(_ page: CommandPage) -> [CommandPage] { [page] + page.pages.flatMap(below) }
    return below(.root)
  }

  @Test func everyFlagThatIsSaidToBeNeededIsThereAndIsShown() throws {
    for (words, flags) in FlagGroups.needed {
      let page = CommandPage.found(by: words.split(separator: " ").map(String.init)).page
      #expect(page.path.dropFirst().joined(separator: " ") == words)
      let shown = HelpText(page).short.joined(separator: "\n")
      // A flag by its short name may be called otherwise in full.
      for flag in flags where page.arguments.contains(where: { $0.flag == flag }) {
        #expect(shown.contains("--\(flag) ") || shown.contains("--\(flag)\n"), "banyan \(words) --\(flag)")
      }
    }
  }

  @Test func everyFlagStandsUnderOneTitle() {
    for page in Self.pages() where page.path.count > 1 {
      let grouped = FlagGroups.grouped(page).flatMap(\.arguments).map(\.label)
      #expect(grouped.sorted() == page.arguments.map(\.label).sorted(), "\(page.path)")
    }
  }

  @Test(arguments: [40, 60, 80])
  func textStaysWithinItsWidth(width: Int) {
    for page in Self.pages() {
      for text in [HelpText(page, width: width).short, HelpText(page, width: width).full] {
        let wide = text.filter { $0.count > width && !$0.hasPrefix("  ") && $0.contains(" ") }
        // What is typed as it stands, as an address, may be wider than a narrow terminal.
        #expect(width < 80 || wide.isEmpty, "\(page.path): \(wide)")
      }
    }
  }

  @Test func everyCommandHasASentenceAndAnExample() {
    for page in Self.pages().dropFirst() {
      #expect(page.abstract.hasSuffix("."), "\(page.path)")
      #expect(!page.examples.isEmpty, "\(page.path)")
    }
  }

  @Test(arguments: [
    (["list", "--help"], "banyan list", false), (["--help"], "banyan", false), (["--help-all"], "banyan", true),
    (["users", "add", "-h"], "banyan users add", false), (["help", "users", "add"], "banyan users add", false),
    (["help"], "banyan", false), (["submit", "--cores", "2", "--help-all"], "banyan submit", true),
  ])
  func whoAsksIsAnswered(typed: [String], path: String, isFull: Bool) throws {
    let request = try #require(try HelpRequest(typed))
    #expect(request.page.path.joined(separator: " ") == path)
    #expect(request.isFull == isFull)
  }

  @Test(arguments: [["list"], ["submit", "--", "ls", "--help"], ["run", "--", "help"], []])
  func whoDoesNotAskIsNotAnswered(typed: [String]) throws { #expect(try HelpRequest(typed).map(\.isFull) == nil) }

  @Test func helpOnNothingNamesTheNearest() throws {
    let error = try #require(throws: UsageError.self) { _ = try HelpRequest(["help", "users", "ad"]) }
    #expect(error.description.contains("'add'") && error.description.contains("banyan users"))
  }

  @Test func theWordsThatAreKnownAreTheSubcommands() {
    let known = Set(Vocabulary.commands)
    #expect(Set(CommandPage.root.subcommandNames).subtracting(known).isEmpty)
    #expect(known.subtracting(CommandPage.root.subcommandNames) == ["help"])
    #expect(HelpText.main.allSatisfy { known.contains($0.name) })
  }
}
