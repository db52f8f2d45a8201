import Testing

@testable import banyan

@Suite struct CompletionPlanTests {
  private func plan(_ line: String) -> CompletionPlan { CompletionPlan(TypedLine(line)) }

  private func words(_ line: String) -> [String] {
    let plan = plan(line)
    guard case .words(let candidates) = plan.offer else { return [] }
    return CompletionMain.lines(candidates, plan, cutting: "", quoted: true)
  }

  @Test(arguments: [
    ("banyan run see", CompletionPlan.Offer.files), ("banyan run --data ", .folders),
    ("banyan submit --cwd ", .folders), ("banyan submit --each ", .files), ("banyan submit --each=da", .files),
    ("banyan submit --queue ", .known(.queues)), ("banyan submit --queue=ni", .known(.queues)),
    ("banyan submit --after ", .known(.jobs)), ("banyan list ", .known(.jobs)), ("banyan logs 1", .known(.jobs)),
    ("banyan graph ", .knownOrFiles(.jobs)), ("banyan submit -- ", .programs), ("banyan submit -- ls ", .files),
    ("banyan workers pause ", .known(.workers)), ("banyan users revoke ", .known(.users)),
    ("banyan users add ", .nothing), ("banyan list --owner ", .known(.users)), ("banyan submit --cores ", .nothing),
    ("banyan snapshot import ", .files), ("banyan login --token-file ", .files), ("banyan worker --state ", .folders),
    ("true && banyan run ", .files), ("banyan submit --name ", .nothing),
  ])
  func whatStandsThere(line: String, offer: CompletionPlan.Offer) { #expect(plan(line).offer == offer) }

  @Test(arguments: [
    ("banyan subm", ["submit"]), ("banyan users ad", ["add"]), ("banyan completions ", ["bash", "zsh", "fish"]),
    ("banyan list --state ru", ["running"]), ("banyan list --state=ru", ["--state=running"]),
    ("banyan users add x --role v", ["viewer"]), ("banyan submit --time-l", ["--time-limit"]),
    ("banyan list --help", ["--help", "--help-all"]), ("banyan list -o js", ["json", "jsonl"]),
  ])
  func whatIsOffered(line: String, offered: [String]) { #expect(words(line) == offered) }

  @Test func aFlagThatWasGivenIsNotOfferedAgainUnlessItMayBe() {
    #expect(!words("banyan submit --cores 2 --c").contains("--cores"))
    #expect(words("banyan submit --label a=b --l").contains("--label"))
  }

  @Test func whatEveryCommandTakesIsOffered() {
    for page in CommandPage.root.pages where page.subcommands.isEmpty {
      let offered = words("banyan \(page.path.last ?? "") --")
      for argument in page.arguments where !argument.names.isEmpty {
        #expect(offered.contains(argument.names.last ?? ""), "\(page.path)")
      }
    }
  }

  @Test func namesThatWouldMoveACursorAreNotOfferedAndOthersAreQuoted() {
    let plan = plan("banyan show ")
    let candidates = ["a b", "x\u{1B}[2J", "it's", "plain"].map { CompletionPlan.Candidate(word: $0) }
    #expect(CompletionMain.lines(candidates, plan, cutting: "", quoted: true) == ["'a b'", "'it'\\''s'", "plain"])
    let told = [CompletionPlan.Candidate(word: "12", meaning: "sweep\n")]
    #expect(CompletionMain.lines(told, plan, cutting: "", quoted: false) == ["12\tsweep\\n"])
  }

  @Test(arguments: [
    ("banyan run a\\ b 'c d' \"e f", ["banyan", "run", "a b", "c d"], "e f"), ("banyan ", ["banyan"], ""),
    ("banyan", [], "banyan"), ("a | banyan x", ["banyan"], "x"), ("banyan '' y", ["banyan", ""], "y"),
  ])
  func aLineIsTakenApartAsAShellDoes(line: String, words: [String], current: String) {
    let typed = TypedLine(line)
    #expect(typed.words == words)
    #expect(typed.current == current)
  }
}
