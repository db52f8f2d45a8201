import BanyanClient
import BanyanJSON
import Synchronization
import Testing

@testable import banyan

/// By answers as the server gives them, a list for each path; what is asked beyond them fails the test.
@Suite struct SelectorResolverTests {
  private static let first = "6b0660616ce937ff60592961"
  private static let second = "6b0660616ce937ff60592962"

  private static func job(_ number: Int, _ name: String, _ owner: String, _ state: String) -> String {
    """
    {"number": \(number), "name": "\(name)", "owner": "\(owner)", "state": "\(state)", "task_count": 17,
    "counts": {"succeeded": 0}, "families": [
      {"name": "data", "count": 1, "first_member": 1}, {"name": "fit", "count": 15, "parameters": ["step"],
      "first_member": 2}, {"name": "best", "count": 1, "first_member": 17}]}
    """
  }

  private static func list(_ items: String...) -> String { #"{"_items": [\#(items.joined(separator: ","))]}"# }

  private static func task(_ id: String) -> String { #"{"_id": "\#(id)", "state": "running"}"# }

  /// What was asked, as `path?where`.
  private final class Server: Sendable {
    let asked = Mutex<[String]>([])
    let answers: [(String, String)]

    init(_ answers: [(String, String)]) { self.answers = answers }

    func resolver(last: [String] = []) -> SelectorResolver {
      SelectorResolver(
        ask: { path, query in
          let filter = query.first { $0.0 == "where" }.map { "?\($0.1)" } ?? ""
          let count = self.asked.withLock { asked in
            asked.append(path + filter)
            return asked.count { $0 == path + filter }
          }
          let fitting = self.answers.filter { $0.0 == path + filter || $0.0 == path }
          guard let answer = fitting.dropFirst(fitting.count >= count ? count - 1 : 0).first else {
            throw ServerError(status: 404, message: "nobody expected \(path + filter)")
          }
          return try JSON(parsing: answer.1)
        }, last: { $0 < last.count ? last[$0] : nil })
    }
  }

  private static let me = ("/users/me", #"{"name": "ann"}"#)

  @Test func numbersAndIdentifiersNeedNoRequest() async throws {
    let server = Server([])
    let resolver = server.resolver(last: ["14", "6b0660616ce937ff60592961"])
    #expect(
      try await resolver.resolve(["12", "12.3-9,12", Self.first, "@last", "@last~1", "@last.2", "12"]) == [
        .job(12), .members(12, [3...9, 12...12]), .task(Self.first), .job(14), .members(14, [2...2]),
      ])
    #expect(server.asked.withLock(\.self).isEmpty)
    await #expect(throws: NotFound.self) { try await resolver.resolve("@last~2") }
    await #expect(throws: UsageError.self) { try await resolver.resolve("@last~1/fit") }
  }

  @Test func aNameIsTheAskersOwnOneThatHasNotEndedFirst() async throws {
    let own = #"/jobs?{"name":"sweep","owner":"ann"}"#
    let ended = Server([
      Self.me, (own, Self.list(Self.job(9, "sweep", "ann", "failed"), Self.job(7, "sweep", "ann", "succeeded"))),
    ])
    #expect(try await ended.resolver().resolve("sweep") == .job(9))
    let alive = Server([
      Self.me, (own, Self.list(Self.job(9, "sweep", "ann", "failed"), Self.job(7, "sweep", "ann", "held"))),
    ])
    #expect(try await alive.resolver().resolve("sweep") == .job(7))
  }

  @Test func anothersIsNotMeantAndItsNumberIsTold() async throws {
    let server = Server([
      Self.me, (#"/jobs?{"name":"sweep","owner":"ann"}"#, Self.list()), ("/tasks", Self.list()),
      (#"/jobs?{"name":"sweep"}"#, Self.list(Self.job(5, "sweep", "bob", "running"))),
    ])
    let error = await #expect(throws: NotFound.self) { try await server.resolver().resolve("sweep") }
    #expect(error.map { "\($0)" } == "you have no job 'sweep'; if you mean bob's, give its number: 5")
  }

  @Test func aFamilyIsItsRangeOfMembersAndATaskItsOwn() async throws {
    let server = Server([
      ("/jobs/12", Self.job(12, "sweep", "bob", "running")),
      (#"/jobs/12/tasks?{"name":"fit[0.1,50]"}"#, Self.list(#"{"_id": "x", "member": 8}"#)),
      (#"/jobs/12/tasks?{"name":"fti"}"#, Self.list()),
    ])
    let resolver = server.resolver()
    #expect(try await resolver.resolve("12/fit") == .members(12, [2...16]))
    #expect(try await resolver.resolve("12/fit[0.1,50]") == .members(12, [8...8]))
    let error = await #expect(throws: NotFound.self) { try await resolver.resolve("12/fti") }
    #expect(error.map { "\($0)" } == "'12/fti': job 12 has no task 'fti'; did you mean 12/fit?")
  }

  @Test func digitsOfAnIdentifierAreATaskWhereNoJobIsCalledSo() async throws {
    let range = #"/tasks?{"_id":{"$gte":"6b0661000000000000000000","$lte":"6b0661ffffffffffffffffff"}}"#
    let end = ##"/tasks?{"_id":{"$regex":"6b0661$"}}"##
    let none: [(String, String)] = [
      Self.me, (#"/jobs?{"name":"6b0661","owner":"ann"}"#, Self.list()),
      (#"/tasks?{"name":"6b0661","owner":"ann"}"#, Self.list()),
    ]
    let one = Server(none + [(range, Self.list(Self.task(Self.first))), (end, Self.list())])
    #expect(try await one.resolver().resolve("6b0661") == .task(Self.first))
    let two = Server(none + [(range, Self.list(Self.task(Self.first))), (end, Self.list(Self.task(Self.second)))])
    await #expect(throws: UsageError.self) { try await two.resolver().resolve("6b0661") }
  }

  @Test func digitsAloneAreAJobIfThereIsOne() async throws {
    let job = Server([("/jobs/123456", Self.job(123_456, "a", "ann", "running"))])
    #expect(try await job.resolver().resolve("123456") == .job(123_456))
    let task = Server([("/tasks", Self.list(Self.task(Self.first)))])
    #expect(try await task.resolver().resolve("123456") == .task(Self.first))
  }

  @Test func membersAreAskedForByTheirNumbers() async throws {
    let filter = #"{"$or":[{"member":{"$gte":3,"$lte":9}},{"member":12}]}"#
    let server = Server([
      ("/jobs/12/tasks?" + filter, Self.list(Self.task(Self.first), Self.task(Self.second))),
      (#"/jobs/12/tasks?{"member":99}"#, Self.list()),
    ])
    let resolver = server.resolver()
    #expect(
      try await resolver.ids(of: [.members(12, [3...9, 12...12]), .task(Self.first)]) == [Self.first, Self.second])
    await #expect(throws: NotFound.self) { try await resolver.ids(of: .members(12, [99...99])) }
  }

  @Test func pagesGoOnBehindTheOneBefore() async throws {
    let asked = Mutex<[String]>([])
    let jobs = JobReading { _, query in
      let place = query.filter { $0.0 == "after" || $0.0 == "page" }.map { "\($0.0)=\($0.1)" }
      let count = asked.withLock { asked in
        asked += place
        return asked.count
      }
      let items = JSON.array((0..<(count < 3 ? 10_000 : 1)).map { ["_id": .string("\(count).\($0)")] })
      return count == 1 ? ["_items": items, "_links": ["next": ["after": "x7"]]] : ["_items": items]
    }
    #expect(try await jobs.ids(of: 12).count == 20_001)
    #expect(asked.withLock(\.self) == ["page=1", "after=x7", "page=3"])
  }

  @Test func whatIsWaitedForIsSaidInTheWordsOfARequest() async throws {
    let server = Server([("/jobs/12", Self.job(12, "sweep", "bob", "running"))])
    let after = AfterReferences(selectors: server.resolver(last: ["14"]))
    #expect(
      try await after.resolved(["sweep", "12", "@last", "12.3-4", Self.first, "12/data", "sweep"]) == [
        "sweep", "12", "14", "12.3", "12.4", Self.first, "12.1",
      ])
    await #expect(throws: UsageError.self) { try await after.resolved(["12.1-20000"]) }
  }

  @Test(arguments: ["6b066", "6b066g", "", "name", "6b0660616ce937ff6059296f", "6b0660616ce937ff6059296f0"])
  func otherWordsAreNoPartOfAnIdentifier(word: String) { #expect(SelectorResolver.filters(forPart: word) == nil) }
}
