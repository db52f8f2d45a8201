import BanyanCore
import BanyanJSON
import BanyanWire
import TestSupport
import Testing

@Suite struct ListQueryTests {
  @Test func readsParameters() throws {
    let query = try ListQuery(
      parameters: [
        ("where", #"{"state": "running"}"#), ("projection", #"{"name": 1}"#), ("sort", "-name"), ("page", "2"),
        ("max_results", "10"), ("dates", "iso8601"),
      ], fields: .tasks(), others: ["dates"])
    #expect(query.filter != nil && query.projection != nil && query.sort != nil)
    #expect(query.page == 2 && query.maxResults == 10)
    #expect(try ListQuery(parameters: [], fields: .tasks()).maxResults == 128)
  }

  @Test(
    arguments: [
      ("page", "0"), ("page", "x"), ("page", "-1"), ("page", "99999999999"), ("max_results", "10001"),
      ("max_results", "0"), ("max_results", "1.5"), ("sort", ""), ("sort", "nmae"), ("sort", "[(\"name\", 2)]"),
      ("sort", "[(\"name\" 1)]"), ("sort", "[(\"name\", 1"), ("sort", "name,,state"), ("projection", "5"),
      ("projection", #"{"nmae": 1}"#), ("projection", #"{"name": 2}"#), ("projection", #"{"name": 1, "state": 0}"#),
      ("projection", #"{"labels.x": 1}"#), ("wher", "{}"), ("where", "x"),
    ] as [(String, String)])
  func refuses(_ key: String, _ value: String) throws {
    let rejection = try #require(throws: Rejection.self) { try ListQuery(parameters: [(key, value)], fields: .tasks()) }
    #expect(rejection.issues.first?.field.hasPrefix(key) == true)
  }

  @Test func refusesAParameterTwice() {
    #expect(throws: Rejection.self) { try ListQuery(parameters: [("page", "1"), ("page", "2")], fields: .tasks()) }
  }

  @Test func bothFormsOfSortAreOne() throws {
    let records = (1...50).map { number in
      TaskRecord.sample(UInt64(number)) { _, fields in
        fields.priority = Int16(number % 3)
        fields.name = number % 5 == 0 ? nil : "t\(number % 7)"
      }
    }
    for (one, two) in [
      ("name,-_created", #"[("name", 1), ("_created", -1)]"#), ("-priority, name", "[('priority', -1), ('name', 1)]"),
      ("-priority", #" [["priority", -1],] "#),
    ] {
      let first = try ListQuery(parameters: [("sort", one)], fields: .tasks()).select(from: records)
      let second = try ListQuery(parameters: [("sort", two)], fields: .tasks()).select(from: records)
      #expect(first.items.map(\.id) == second.items.map(\.id))
    }
    let sorted = try ListQuery(parameters: [("sort", "name")], fields: .tasks()).select(from: records.shuffled())
    #expect(sorted.items.prefix(10).allSatisfy { $0.spec.name == nil }, "what is missing comes first")
    #expect(sorted.items.prefix(10).map(\.id) == sorted.items.prefix(10).map(\.id).sorted(), "ties by _id")
  }

  /// Page by page, whatever the order of arrival, is the whole sorted list.
  @Test(arguments: ["", "-priority", "name,-_id"]) func pagesAreTheWholeList(_ sort: String) throws {
    var random = SplitMix(state: 3)
    let records = (1...5000).map { number in
      TaskRecord.sample(UInt64(number)) { _, fields in
        fields.priority = Int16.random(in: 0...9, using: &random)
        fields.name = "t\(Int.random(in: 0...99, using: &random))"
      }
    }
    var parameters = [("where", #"{"priority": {"$lt": 7}}"#), ("max_results", "97")]
    if !sort.isEmpty { parameters.append(("sort", sort)) }
    var gathered: [TaskID] = []
    var page = 1
    while true {
      let query = try ListQuery(parameters: parameters + [("page", "\(page)")], fields: .tasks())
      let selection = try query.select(from: records.shuffled(using: &random))
      #expect(selection.total == records.count { $0.spec.priority < 7 })
      if selection.items.isEmpty { break }
      gathered += selection.items.map(\.id)
      page += 1
    }
    let wanted = records.filter { $0.spec.priority < 7 }.sorted { left, right in
      switch sort {
      case "-priority": (-left.spec.priority, left.id) < (-right.spec.priority, right.id)
      case "name,-_id":
        left.spec.name == right.spec.name ? left.id > right.id : (left.spec.name ?? "") < (right.spec.name ?? "")
      default: left.id < right.id
      }
    }
    #expect(gathered == wanted.map(\.id))
  }

  @Test func aFarPageIsEmpty() throws {
    let query = try ListQuery(parameters: [("page", "2147483647"), ("max_results", "10000")], fields: .tasks())
    let selection = try query.select(from: [TaskRecord.sample()])
    #expect(selection.items.isEmpty && selection.total == 1)
  }
}
