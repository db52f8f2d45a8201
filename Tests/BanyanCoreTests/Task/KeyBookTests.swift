import Testing

@testable import BanyanCore

@Suite struct KeyBookTests {
  private static func key(_ number: Int, of user: UInt64) -> IdempotencyKey {
    IdempotencyKey(user: UserID(seconds: 1, rest: user), key: "\(number)")
  }

  @Test func aRowOfTasksIsKeptAsItsEnds() {
    let ids = (0..<1000).map { TaskID(seconds: 7, rest: UInt64(100 + $0)) } + [TaskID(seconds: 8, rest: 5)]
    let answer = IdempotentAnswer(body: [1], tasks: ids, time: 3)
    #expect(answer.tasks == ids)
    #expect(answer.size < 1000)
    #expect(answer == IdempotentAnswer(body: [1], tasks: ids, time: 3))
  }

  /// One user's keys never drive out another's, and are bounded in number and in bytes.
  @Test func eachUserHasAShelf() {
    var book = KeyBook()
    let small = IdempotentAnswer(body: [1], time: 5)
    book.insert(small, for: Self.key(0, of: 2))
    for number in 0..<(QueueState.maxKeys + 1001) { book.insert(small, for: Self.key(number, of: 1)) }
    #expect(book.isOverfull)
    let due = book.due(before: 0)
    #expect(due.count == 1001 && due.allSatisfy { $0.user == UserID(seconds: 1, rest: 1) })
    #expect(due.first == Self.key(0, of: 1))
    book.remove(Set(due))
    #expect(!book.isOverfull && book[Self.key(0, of: 2)] != nil && book[Self.key(0, of: 1)] == nil)

    let text = String(repeating: "x", count: 1 << 20)
    for number in 0..<70 {
      book.insert(
        IdempotentAnswer(body: [], time: 6, reply: KeptReply(status: 200, text: text)), for: Self.key(number, of: 3))
    }
    #expect(book.isOverfull)
    book.remove(Set(book.due(before: 0)))
    #expect(!book.isOverfull && book[Self.key(69, of: 3)] != nil)
    #expect(book.due(before: 5).count == QueueState.maxKeys + 1)
  }

  @Test func textsAreToldApartByTheirCodePoints() {
    let map: TextMap = ["\u{e9}": "1", "e\u{301}": "2", "a": "3"]
    #expect(map.count == 3 && map["e\u{301}"] == "2" && map["\u{e9}"] == "1")
    #expect(map.map(\.key).map { CodePoints($0) } == ["a", "e\u{301}", "\u{e9}"].map { CodePoints($0) })
    #expect(CodePoints("\u{e9}") != CodePoints("e\u{301}") && "\u{e9}" == "e\u{301}")
  }

  @Test(arguments: [
    (33.5, 4, 2), (50, 4, 2), (0.1, 1000, 1), (33.3, 1000, 333), (99.99, 3, 3), (1e-9, 8, 1), (100, 7, 7),
  ])
  func percentagesAreRoundedUp(_ percent: Double, _ offered: Int64, _ cores: Int64) {
    var request = ResourceRequest()
    request.corePercent = percent
    #expect(request.cores(ofOffered: offered) == cores)
  }
}
