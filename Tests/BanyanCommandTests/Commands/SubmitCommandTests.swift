import ArgumentParser
import Testing

@testable import banyan

@Suite struct SubmitCommandTests {
  private func parsed(_ arguments: [String]) throws -> SubmitCommand {
    try #require(try Banyan.parseAsRoot(Vocabulary.understood(arguments)) as? SubmitCommand)
  }

  @Test func whatStandsBehindTheTerminatorIsTheProgramWhateverItLooksLike() throws {
    let words = ["prog", "--cores", "", "--", "-n", "x.yaml", "a b", "--help"]
    let command = try parsed(["submit", "--cores", "2", "--"] + words)
    #expect(command.program == words)
    #expect(command.graphs.isEmpty)
    #expect(command.task.cores == 2)
  }

  @Test func graphsStandWithoutOne() throws {
    let command = try parsed(["submit", "a.yaml", "--wait", "b.yml"])
    #expect(command.graphs == ["a.yaml", "b.yml"])
    #expect(command.program.isEmpty)
    #expect(command.wait)
  }

  @Test(arguments: [
    ["submit"], ["submit", "sleep", "10"], ["submit", "--shell", "x", "--", "y"], ["submit", "a.yaml", "--", "y"],
    ["submit", "a.yaml", "--cores", "2"], ["submit", "a.yaml", "--array", "1-2"],
    ["submit", "--exit-status", "--", "x"],
    ["submit", "--array", "1-2", "--each", "f", "--", "x"], ["submit", "--cores", "many", "--", "x"],
    ["submit", "--array", "1-2", "--wait", "--exit-status", "--", "x"], ["submit", "--coers", "2", "--", "x"],
  ])
  func wrongUsageIsStatus64(arguments: [String]) throws {
    let error = try #require(throws: (any Error).self) { try self.parsed(arguments) }
    #expect(Banyan.exitCode(for: error).rawValue == 64)
  }

  @Test func everyHelpStartsWithAnExampleAndFitsAScreen() {
    let page = Banyan.helpMessage(columns: 100)
    #expect(page.contains("banyan run seeds/hello.yaml"))
    #expect(page.split(separator: "\n", omittingEmptySubsequences: false).count <= 45)
    for command in Banyan.configuration.subcommands {
      #expect(Banyan.helpMessage(for: command, columns: 100).contains("Example: "), "\(command)")
    }
  }
}
