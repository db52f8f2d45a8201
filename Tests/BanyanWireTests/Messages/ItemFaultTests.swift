import BanyanCore
import BanyanJSON
import Testing

@testable import BanyanWire

/// One item that can't be read doesn't lose the others, in whichever message.
@Suite struct ItemFaultTests {
  private static let good = [Identifier(seconds: 1, rest: 1), Identifier(seconds: 1, rest: 2)]
  /// What each message's items have beside the attempt.
  private static let rest: [String: String] = [
    "report": #""state": "terminated""#, "release": #""reason": "r""#,
    "started": #""time_started": "2026-01-02T03:04:05.678Z""#, "usage": #""cpu_seconds": 1"#,
    "tails": #""stream": "stdout", "data": "", "size": 0"#,
  ]
  /// A part that makes the item unreadable.
  private static let wrong: [String: String] = [
    "report": #""state": "flying""#, "release": #""reason": 5"#, "started": #""time_started": "yesterday""#,
    "usage": #""cpu_seconds": "x""#, "tails": #""stream": "stdfoo", "data": "", "size": 0"#,
  ]

  private func read(_ type: String, _ items: [String]) throws -> (tasks: [AttemptName], faults: [ItemFault]) {
    let list = type == "report" ? "results" : "tasks"
    let text = #"{"type": "\#(type)", "id": 1, "\#(list)": [\#(items.joined(separator: ", "))]}"#
    switch try WorkerMessage(JSONDocument(parsing: text).root) {
    case .report(let message)?: return (message.results.map(\.attempt), message.faults)
    case .release(let message)?: return (message.tasks.map(\.attempt), message.faults)
    case .started(let message)?: return (message.tasks.map(\.attempt), message.faults)
    case .usage(let message)?: return (message.tasks.map(\.attempt), message.faults)
    case .tails(let message)?: return (message.tasks.map(\.attempt), message.faults)
    default: return ([], [])
    }
  }

  @Test(arguments: ["report", "release", "started", "usage", "tails"])
  func theOthersAreTaken(type: String) throws {
    let (rest, wrong) = (try #require(Self.rest[type]), try #require(Self.wrong[type]))
    let (one, two) = (Self.good[0], Self.good[1])
    let items = [
      #"{"task": "\#(one)", "token": "t", \#(rest)}"#, #"{"task": "\#(two)", "token": "t", \#(wrong)}"#, "7",
      #"{"task": "nonsense", "token": "t", \#(rest)}"#, #"{"task": "\#(two)", "token": "u", \#(rest)}"#,
    ]
    let (tasks, faults) = try read(type, items)
    #expect(tasks == [AttemptName(task: one, token: "t"), AttemptName(task: two, token: "u")])
    #expect(faults.map(\.place) == [1, 2, 3])
    #expect(faults.map(\.task) == [two, nil, nil])
    let list = type == "report" ? "results" : "tasks"
    for fault in faults {
      #expect(fault.error.issues.allSatisfy { $0.field.hasPrefix("\(list).\(fault.place)") }, "\(fault.error)")
    }
  }

  /// A token that is missing or no text is none, which is the judge's to say.
  @Test(arguments: ["report", "release", "started", "usage", "tails"], ["", #""token": null,"#, #""token": 5,"#])
  func aTokenThatIsNoneIsJudgedWithTheOthers(type: String, token: String) throws {
    let item = #"{"task": "\#(Self.good[0])", \#(token) \#(try #require(Self.rest[type]))}"#
    let (tasks, faults) = try read(type, [item])
    #expect(tasks == [AttemptName(task: Self.good[0], token: "")] && faults == [])
  }

  @Test(arguments: ["report", "release", "started", "tails"])
  func aListThatIsNoneIsTheMessagesFault(type: String) throws {
    for list in ["", #", "tasks": 5, "results": {}"#] {
      let document = try JSONDocument(parsing: #"{"type": "\#(type)"\#(list)}"#)
      #expect(throws: MessageError.self) { try WorkerMessage(document.root) }
    }
  }

  @Test func eachVerdictStandsWhereItsItemStood() throws {
    let task = Self.good
    let error = MessageError(field: "f", problem: "p", remedy: "r")
    for places in [[], [0], [2], [0, 1], [1, 3], [0, 2, 4]] as [[Int]] {
      let faults = places.map { ItemFault(place: $0, task: $0 == 0 ? nil : task[0], error: error) }
      let message = JudgedMessage(
        kind: .reported, id: nil, results: [.init(task: task[1]), .init(task: task[1], code: 409)], faults: faults)
      #expect(message.results.count == 2 + places.count)
      #expect(message.results.indices.filter { message.results[$0].code == 422 } == places)
      #expect(message.results.filter { $0.code != 422 }.map(\.code) == [nil, 409])
      var text: [UInt8] = []
      message.encode(into: &text)
      #expect(try MessageFields.read(JSONDocument(parsing: text).root) { JudgedMessage(.reported, $0) } == message)
    }
  }

  /// What is kept of them must stay within bounds, however many fit into a message.
  @Test(arguments: ["report", "release", "started", "usage", "tails"])
  func tooManyBadItemsAreTheMessagesFault(type: String) throws {
    let error = #expect(throws: MessageError.self) { _ = try read(type, Array(repeating: "7", count: 50_000)) }
    #expect(error?.issues.count == 1000)
    let list = type == "report" ? "results" : "tasks"
    #expect(error?.issues.first?.field.hasPrefix("\(list).0") == true)
    #expect(error?.issues.allSatisfy { !$0.field.contains("\(list).0.\(list)") } == true)
  }

  @Test func whatIsSaidOfManyIsBounded() {
    let faults = (0..<5_000).map {
      ItemFault(place: $0, task: nil, error: MessageError(field: "tasks[\($0)]", problem: "p", remedy: "r"))
    }
    let error = ErrorMessage(unread: faults)
    #expect(error.code == 422 && error.issues.count == 1000 && error.message.contains("5000"))
  }
}
