import BanyanJSON
import Testing

@testable import banyan

@Suite struct JobFilterTests {
  @Test func partsAreAllAskedFor() throws {
    #expect(try JobFilter.json() == Optional<JSON>.none)
    #expect(try JobFilter.json(states: ["running,held"]) == ["state": ["$in": ["running", "held"]]])
    #expect(
      try JobFilter.json(states: ["ended"], name: "sweep", owner: "ann") == [
        "$and": [["state": ["$in": ["succeeded", "failed", "cancelled"]]], ["name": "sweep"], ["owner": "ann"]]
      ])
  }

  @Test(arguments: [("available", "banyan tasks --state available"), ("runing", "did you mean 'running'?")])
  func whatIsNoStateOfAJobIsTold(word: String, told: String) throws {
    let error = try #require(throws: UsageError.self) { try JobFilter.json(states: [word]) }
    #expect("\(error)".contains(told))
  }
}
