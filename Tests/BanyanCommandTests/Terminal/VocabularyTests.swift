import Testing

@testable import banyan

@Suite struct VocabularyTests {
  @Test(arguments: [
    (["status"], ["list"]), (["status", "--all"], ["list", "--all"]), (["status", "x"], ["show", "x"]),
    (["ps"], ["list"]), (["queue"], ["list"]),
    (["add", "--", "ls"], ["submit", "--words-behind-terminator", "1", "--", "ls"]),
    (["kill", "x"], ["cancel", "x"]), (["tail", "x"], ["logs", "-f", "x"]), (["follow", "x"], ["logs", "-f", "x"]),
    (["-o", "json"], ["-o", "json"]), ([], []), (["list"], ["list"]),
    (["list", "--sort", "-_id", "--limit", "-1"], ["list", "--sort=-_id", "--limit=-1"]),
    (["logs", "--tail", "-1", "--", "--tail", "-1"], ["logs", "--tail=-1", "--", "--tail", "-1"]),
    (["job", "list"], ["list"]), (["job", "cat", "3"], ["logs", "3"]), (["sinfo"], ["workers"]),
    (["clean", "3"], ["forget", "3"]),
    (["edit", "1", "--", "a"], ["edit", "--words-behind-terminator", "1", "1", "--", "a"]),
    (["submit", "--", "a", "--", "b"], ["submit", "--words-behind-terminator", "3", "--", "a", "--", "b"]),
  ])
  func words(typed: [String], understood: [String]) throws { #expect(try Vocabulary.understood(typed) == understood) }

  @Test(arguments: [
    ("sacct", "banyan list --all"), ("scontrol", "edit"), ("parallel", "--each"), ("group", "--queue"),
    ("stash", "--hold"), ("job", "banyan list"), ("lst", "'list'"), ("rm", "banyan cancel"),
    ("g.yaml", "banyan run g.yaml"), ("zzzzzz", "--help"),
  ])
  func theRightWordIsNamed(typed: String, named: String) throws {
    let error = try #require(throws: UsageError.self) { try Vocabulary.understood([typed]) }
    #expect(error.description.contains(named))
  }
}
