import BanyanJSON
import Testing

@testable import banyan

@Suite struct TaskNamesTests {
  private let id = "6b0660616ce937ff6059296f"

  @Test func identifiersAreFoundWhereverTheyStand() {
    let texts = [
      "parent \(id) failed", "(\(id)); \(id)x, 6b0660616ce937ff6059296", "6B0660616ce937ff6059296e, nothing",
    ]
    #expect(TaskNames.identifiers(in: texts).first == id)
    #expect(!TaskNames.identifiers(in: texts).contains("\(id)x"))
    #expect(TaskNames.identifiers(in: ["no names"]).isEmpty)
  }

  @Test func aNameStandsInTheirPlace() {
    let names = TaskNames(names: [id: "7.2 split ü"])
    #expect(names.applied(to: "parent \(id) failed; é \(id)") == "parent 7.2 split ü failed; é 7.2 split ü")
    #expect(names.applied(to: "parent 6b0660616ce937ff60592970 failed") == "parent 6b0660616ce937ff60592970 failed")
  }

  @Test func theServerIsAskedOnceForAllAndNotWithoutNeed() async throws {
    let names = try await TaskNames.fetched(in: ["parent \(id) failed", id]) { path, query in
      #expect(path == "/tasks" && query.contains { $0.0 == "replaced" && $0.1 == "true" })
      return ["_items": [["_id": .string(id), "state": "cancelled", "name": "split", "job": 7, "member": 2]]]
    }
    #expect(names.applied(to: "parent \(id) failed") == "parent 7.2 split failed")
    let none = try await TaskNames.fetched(in: ["failure (exit 3)"]) { _, _ in
      Issue.record("nothing is to be asked")
      return .null
    }
    #expect(none.names.isEmpty)
  }
}
