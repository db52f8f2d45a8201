import BanyanJSON
import Testing

@testable import banyan

@Suite struct TaskFilterTests {
  @Test func nothingSaidIsNoFilter() throws { #expect(try TaskFilter().json == Optional<JSON>.none) }

  @Test func wordsOfPeopleAndOfTheModel() throws {
    #expect(try TaskFilter(states: ["running"]).json == ["state": "running"])
    #expect(try TaskFilter(states: ["failed"]).json == ["outcome": "failed"])
    #expect(
      try TaskFilter(states: ["waiting,running"]).json == [
        "$or": [["state": ["$in": ["inactive", "available"]]], ["state": "running"]]
      ])
  }

  @Test func whoseIsAPartToo() throws {
    #expect(try TaskFilter(owner: "ann").json == ["owner": "ann"])
    #expect(
      try TaskFilter(states: ["cancelled"], owner: "ann").json == [
        "$and": [["outcome": "cancelled"], ["owner": "ann"]]
      ])
  }

  @Test func partsAreAllAskedFor() throws {
    let filter = try TaskFilter(states: ["running"], labels: ["a=b"], raw: "{\"priority\": {\"$gt\": 0}}").json
    #expect(filter == ["$and": [["state": "running"], ["labels.a": "b"], ["priority": ["$gt": 0]]]])
  }

  @Test func anUnknownStateSuggestsTheNearest() throws {
    let error = try #require(throws: UsageError.self) { try TaskFilter(states: ["runing"]) }
    #expect(error.description == "--state 'runing' is no state; did you mean 'running'?")
  }

  @Test func whatIsNoJSONIsTold() {
    #expect(throws: UsageError.self) { try TaskFilter(raw: "{state: running}") }
  }

  @Test func aNameIsNoPattern() throws {
    let filter = try TaskFilter(name: "a.b*").json
    #expect(filter?["$or"]?[1]?["name"]?["$regex"] == "^a\\.b\\*[/\\[]")
  }
}
