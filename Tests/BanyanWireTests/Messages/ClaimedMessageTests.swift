import BanyanCore
import BanyanJSON
import TestSupport
import Testing

@testable import BanyanWire

/// The server's way of writing `claimed`: what is more than a message holds is left out, and the writer says so.
@Suite struct ClaimedMessageTests {
  private static let worker = WorkerID(seconds: 1, rest: 9)

  private static func tasks(_ count: Int) -> [ClaimedTask] {
    (0..<count).map { number in
      ClaimedTask(
        record: .sample(UInt64(number + 1)), attempt: .sample(UInt64(number + 1), worker: worker))
    }
  }

  private static func encode(_ tasks: [ClaimedTask], limit: Int) -> (text: [UInt8], told: Int) {
    var text: [UInt8] = []
    let told = ClaimedMessage.encode(id: .number(7), tasks, limit: limit, into: &text) { _, token in
      token[0] = UInt8(ascii: "t")
      return 1
    }
    return (text, told)
  }

  @Test(arguments: 0..<4) func `With room for all of them, all are told`(count: Int) throws {
    let (text, told) = Self.encode(Self.tasks(count), limit: .max)
    let message = try JSONDocument(parsing: text)
    let read = try MessageFields.read(message.root) { ClaimedMessage($0) }
    #expect(told == count && read.id == .number(7))
    #expect(read.tasks.map(\.id) == Self.tasks(count).map(\.id))
  }

  @Test func `As many are told as fit, to the byte`() throws {
    let tasks = Self.tasks(5)
    for count in 1...5 {
      let exact = Self.encode(Array(tasks.prefix(count)), limit: .max).text
      for (limit, wanted) in [(exact.count, count), (exact.count - 1, max(1, count - 1))] {
        let (text, told) = Self.encode(tasks, limit: limit)
        #expect(told == wanted)
        #expect(try MessageFields.read(JSONDocument(parsing: text).root) { ClaimedMessage($0) }.tasks.count == wanted)
      }
    }
  }

  @Test func `A member's place and its parameters arrive as they were written`() throws {
    let text = """
      {"type": "claimed", "tasks": [{"_id": "6b0660616ce937ff6059296f", "command": "x", "token": "t", "attempt_count": 1,
      "claim_number": 1, "job": 12, "member": 7, "family": "fit", "parameters": {"step": "08", "rate": "1e-3"}}]}
      """
    let read = try MessageFields.read(JSONDocument(parsing: Array(text.utf8)).root) { ClaimedMessage($0) }
    let task = try #require(read.tasks.first)
    #expect(task.job == 12 && task.member == 7 && task.parameters == ["step": "08", "rate": "1e-3"])
    var again: [UInt8] = []
    read.encode(into: &again)
    #expect(try MessageFields.read(JSONDocument(parsing: again).root) { ClaimedMessage($0) } == read)
  }
}
