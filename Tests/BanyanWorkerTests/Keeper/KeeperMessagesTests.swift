import BanyanCore
import BanyanJSON
import Testing

@testable import BanyanWorker

struct KeeperMessagesTests {
  private var order: StartOrder {
    Sample.order(["a", "", "\n\"\\"], in: "/f", environment: ["K": "v=\n"]) {
      $0.workingDirectory = "/w"
      $0.stdinPath = "/i"
      $0.maxRuntimeMilliseconds = 5
      $0.onLostContact = .continue
      $0.gpus = [1, 3]
      $0.resources.coreCount = 2
      $0.resources.setCustom([CustomResource(name: "license", count: 2)])
    }
  }

  private var endings: [AttemptEnding] {
    var full = AttemptEnding(process: .signalled(9), cause: .cancelled, killed: true, timeTerminated: 77)
    full.cpuSeconds = 1.5
    full.peakMemoryBytes = 4_096
    full.leftBehind = 3
    return [
      full, AttemptEnding(process: .exited(3), cause: .none, timeTerminated: 1),
      AttemptEnding(process: .couldNotStart("no such program"), cause: .none, timeTerminated: 1),
      AttemptEnding(process: .notStarted("no such folder: /x"), cause: .lost, timeTerminated: 1),
    ]
  }

  @Test func ordersComeBackAsTheyWere() throws {
    let orders: [KeeperOrder] = [
      .attach(instance: "i"), .start(order), .end(order.key, graceMilliseconds: 0, cause: .refused),
      .forget([order.key, Sample.key(9)]), .heard(sentAt: -5, leaseMilliseconds: 300_000),
    ]
    for order in orders {
      var line: [UInt8] = []
      order.encode(into: &line)
      #expect(line.count { $0 == UInt8(ascii: "\n") } == 1 && line.last == UInt8(ascii: "\n"))
      #expect(try KeeperOrder(JSONDocument(parsing: line).root) == order)
    }
  }

  @Test func eventsComeBackAsTheyWere() throws {
    let start = ProcessStart(pid: 8, timeStarted: 9, workingDirectory: "/w")
    var events: [KeeperEvent] = [
      .started(order.key, start), .trouble("words"),
      .holding(
        KeeperEvent.Holding(
          instance: "i",
          attempts: [
            HeldAttempt(order: order.afterStart, start: start),
            HeldAttempt(order: order.afterStart, start: start, ending: endings[0]),
            HeldAttempt(order: order.afterStart, ending: endings[2]),
          ])),
    ]
    events += endings.map { .ended(order.key, $0) }
    for event in events {
      var line: [UInt8] = []
      event.encode(into: &line)
      #expect(try KeeperEvent(JSONDocument(parsing: line).root) == event)
    }
  }

  @Test(arguments: [
    "{}", #"{"order":"dance"}"#, #"{"order":"attach"}"#, #"{"order":"start"}"#, #"{"order":"end","task":"x"}"#,
    #"{"order":"forget","attempts":[{}]}"#, #"{"order":"heard","sent_at":1,"lease":0}"#, "[]", "7",
  ])
  func nonsenseIsAnError(_ text: String) throws {
    let node = try JSONDocument(parsing: text).root
    #expect(throws: KeeperError.self) { try KeeperOrder(node) }
  }

  @Test func wordsAndStates() {
    let ends: [(AttemptEnding.Process, AttemptEnding.Cause, Bool, String, TaskState)] = [
      (.exited(0), .none, false, "success", .terminated), (.exited(3), .none, false, "failure (exit 3)", .terminated),
      (.signalled(11), .none, false, "failure (SIGSEGV)", .terminated),
      (.couldNotStart("no such program"), .none, false, "could not start (no such program)", .terminated),
      (.notStarted("x"), .none, false, "released", .available),
      (.exited(0), .cancelled, false, "cancelled", .cancelled),
      (.signalled(9), .cancelled, true, "cancelled (SIGKILL)", .cancelled),
      (.signalled(15), .timedOut, false, "timed out", .terminated),
      (.signalled(9), .timedOut, true, "timed out", .terminated),
      (.signalled(9), .lost, true, "abandoned (worker unreachable)", .available),
      (.signalled(9), .vanished, false, "abandoned (worker restarted)", .available),
      (.signalled(15), .released, false, "released", .available),
    ]
    for (process, cause, killed, words, state) in ends {
      let ending = AttemptEnding(process: process, cause: cause, killed: killed, timeTerminated: 0)
      #expect(ending.exitStatus == words)
      #expect(ending.state == state)
    }
  }
}
