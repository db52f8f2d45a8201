import BanyanCore
import TestSupport
import Testing

@testable import BanyanWire

@Suite struct ListCursorTests {
  private static let records = (0..<50).map { number in
    // Placed otherwise than their identifiers are ordered.
    TaskRecord.sample(UInt64(100 - number)) { record, fields in
      record.place = JobPlace(job: JobNumber(UInt64(number / 10 + 1)), member: UInt32(number % 10 + 1))
      fields.priority = Int16(number % 2)
    }
  }

  private func select(_ parameters: [(String, String)]) throws -> Selection<TaskRecord> {
    try ListQuery(parameters: parameters, fields: .tasks(), cursor: .task).select(from: Self.records.shuffled())
  }

  @Test(arguments: ["{}", #"{"priority": 1}"#]) func `Page behind page is the whole list, in the order of places`(
    _ filter: String
  ) throws {
    let all = try select([("where", filter), ("max_results", "1000")])
    #expect(all.items.map(\.place) == all.items.sorted { $0.id > $1.id }.map(\.place))
    #expect(all.next == nil && all.total == all.items.count)
    var found: [TaskID] = []
    var after: ListCursor?
    for _ in 0..<100 {
      let page = try select(
        [("where", filter), ("max_results", "7")] + (after.map { [("after", $0.description)] } ?? []))
      #expect(page.total == all.total)
      found += page.items.map(\.id)
      after = page.next
      if after == nil { break }
    }
    #expect(found == all.items.map(\.id))
  }

  @Test func `A cursor is read as it is written, and a job's number stands before its members`() throws {
    #expect(ListCursor("12.7", .task)?.place == JobPlace(job: JobNumber(12), member: 7))
    #expect(ListCursor("12", .task)?.place == JobPlace(job: JobNumber(12), member: 0))
    #expect(ListCursor("12", .job)?.description == "12" && ListCursor("12.7", .task)?.description == "12.7")
    for text in ["", ".", "a", "1.", ".1", "1.2.3", "-1", "+1", "99999999999999999999999", "1.99999999999"] {
      #expect(ListCursor(text, .task) == nil, "\(text)")
    }
    #expect(ListCursor("1.2", .job) == nil)
    for parameters in [
      [("after", "x")], [("after", "1.1"), ("sort", "name")], [("after", "1.1"), ("page", "2")],
      [("replaced", "perhaps")],
    ] {
      #expect(throws: Rejection.self) { try select(parameters) }
    }
    #expect(throws: Rejection.self) { try ListQuery(parameters: [("after", "1")], fields: .tasks()) }
  }

  @Test func `Who asks for replaced ones, or for single tasks, is shown them`() throws {
    func query(_ filter: String) throws -> ListQuery {
      try ListQuery(parameters: [("where", filter)], fields: .tasks())
    }
    #expect(try !query(#"{"name": "x"}"#).showsReplaced)
    #expect(try query(#"{"$or": [{"name": "x"}, {"replaced_by": {"$exists": true}}]}"#).showsReplaced)
    #expect(try query(#"{"_id": "65f1a2b3c4d5e6f708090a0b"}"#).showsReplaced)
    #expect(try ListQuery(parameters: [("replaced", "true")], fields: .tasks()).showsReplaced)
  }
}
