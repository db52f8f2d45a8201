import BanyanCore
import BanyanJSON
import Testing

@testable import BanyanWire

struct MessageTests {
  private let task = Identifier(seconds: 1, rest: 2)
  private var attempt: AttemptName { AttemptName(task: task, token: "3.abc") }
  private var offer: ResourceOffer {
    ResourceOffer(
      memoryBytes: 5, cores: 4,
      gpus: [
        GPUDevice(
          ordinal: 1, uuid: "GPU-1", model: "M", memoryBytes: 9, capability: GPUCapability(major: 7, minor: 5)),
        GPUDevice(ordinal: 0, memoryBytes: 8, capability: GPUCapability(major: 6, minor: 0)),
      ], custom: ["license": 2], maxTasks: 9)
  }
  private var usage: AttemptUsage {
    var usage = AttemptUsage()
    usage.residentMemoryBytes = 1
    usage.virtualMemoryBytes = 2
    usage.cpuPercent = 12.5
    usage.gpus = [GPUUsage(ordinal: 0, usedMemoryBytes: 7)]
    usage.peakMemoryBytes = 4
    usage.cpuSeconds = 0.25
    return usage
  }
  private var assigned: AssignedTask {
    var fields = TaskFields()
    fields.name = "n"
    fields.work = .program(["a", "", "\n\"\\\u{1}"])
    fields.environment = ["K": "v=\n", "EMPTY": ""]
    fields.workingDirectory = "/w"
    fields.stdinPath = "i"
    fields.stdoutPath = "%t"
    fields.stderrPath = "e"
    fields.queue = "q"
    fields.maxRuntime = 5
    fields.maxShutdownTime = 0
    fields.onLostContact = .continue
    fields.array = ArrayPlace(name: "arr", index: 3)
    var request = ResourceRequest()
    request.coreCount = 2
    request.corePercent = 50
    request.gpuCount = 1
    request.gpuMemoryBytes = 10
    request.gpuCapability = GPUCapability(major: 5, minor: 0)
    request.setCustom([CustomResource(name: "license", count: 1)])
    fields.resources = request
    return AssignedTask(
      id: task, owner: "ann", fields: fields, token: "3.abc", attemptCount: 2, claimNumber: 3, gpus: [0, 2])
  }

  @Test func whatAWorkerSendsComesBackAsItWas() throws {
    let messages: [WorkerMessage] = [
      .hello(
        HelloMessage(
          id: .number(1), name: "w", instance: "i", state: "s", resources: offer, version: "1", running: [attempt],
          stay: StayWord(endsInMilliseconds: 0, assumeMilliseconds: 1))),
      .hello(HelloMessage(name: "w", instance: "i", resources: ResourceOffer(memoryBytes: 0, cores: 0))),
      .claim(
        ClaimMessage(
          id: .text("x"), resources: offer, max: 3, queues: ["a"], task: task, waitMilliseconds: 0,
          stay: StayWord(endsInMilliseconds: 60_000))),
      .claim(ClaimMessage()),
      .started(
        StartedMessage(tasks: [
          .init(attempt: attempt, timeStarted: 1_000, workingDirectory: "/w"), .init(attempt: attempt, timeStarted: 0),
        ])),
      .report(
        ReportMessage(
          id: .number(2),
          results: [
            .init(attempt: attempt, state: .terminated, exitStatus: "success", timeTerminated: 7, usage: usage),
            .init(attempt: attempt, state: .available, exitStatus: nil, timeTerminated: nil),
          ])),
      .usage(UsageMessage(tasks: [.init(attempt: attempt, usage: usage)], worker: usage, roundTrip: 1.5)),
      .tails(TailsMessage(tasks: [.init(attempt: attempt, stream: .stderr, data: [0, 255, 10], size: 99)])),
      .heartbeat(), .heartbeat(id: .real(1.5)), .goodbye,
      .release(ReleaseMessage(id: .number(3), tasks: [.init(attempt: attempt, reason: "r"), .init(attempt: attempt)])),
      .log(LogMessage(id: .text("l"), data: [1, 2], offset: 3, size: 5, end: true)),
      .error(ErrorMessage(id: .number(4), code: 404, message: "no", issues: [.init(field: "a", trouble: "b")])),
    ]
    for message in messages {
      var bytes: [UInt8] = []
      message.encode(into: &bytes)
      #expect(try WorkerMessage(JSONDocument(parsing: bytes).root) == message)
    }
  }

  @Test func whatAServerSendsComesBackAsItWas() throws {
    var plain = assigned
    plain.fields = TaskFields()
    plain.fields.work = .shell("a | b")
    plain.owner = nil
    plain.gpus = []
    let messages: [ServerMessage] = [
      .welcome(
        WelcomeMessage(
          id: .number(1), workerID: task, serverVersion: "1", serverIdentity: "ab", leaseMilliseconds: 300_000,
          heartbeatMilliseconds: 10_000, attached: [task], held: [attempt],
          refused: [.init(task: task, reason: "gone")])),
      .welcome(
        WelcomeMessage(workerID: task, serverVersion: "1", leaseMilliseconds: 1, heartbeatMilliseconds: 1)),
      .claimed(ClaimedMessage(id: .text("c"), tasks: [assigned, plain])), .claimed(ClaimedMessage(tasks: [])),
      .judged(
        JudgedMessage(
          kind: .reported, id: .number(2), results: [.init(task: task), .init(task: task, code: 409, reason: "old")])),
      .judged(JudgedMessage(kind: .released, results: [])), .heartbeat(), .heartbeat(id: .text("h")),
      .cancel(CancelPush(tasks: [.init(attempt: attempt, maxShutdownTimeMilliseconds: 0)])),
      .deregister(DeregisterPush(deadline: 5_000, reason: "r")), .requestUsage,
      .requestLog(
        RequestLogPush(id: .number(9), task: task, claimNumber: 1, stream: .stdout, offset: -5, limit: 10)),
      .shutdown, .error(ErrorMessage(code: 422, message: "m")),
    ]
    for message in messages {
      var bytes: [UInt8] = []
      message.encode(into: &bytes)
      #expect(try ServerMessage(JSONDocument(parsing: bytes).root) == message)
    }
  }

  @Test(arguments: [
    (#"{}"#, "type", "missing"), (#"{"type":7}"#, "type", "an integer"),
    (#"{"type":"hello"}"#, "name", "missing"),
    (#"{"type":"hello","name":"w","instance":"i"}"#, "resources", "missing"),
    (
      #"{"type":"hello","name":"w","instance":"i","resources":{"cpu_memory_bytes":-1,"cpu_cores":1}}"#,
      "resources.cpu_memory_bytes", "-1"
    ),
    (
      #"{"type":"hello","name":"w","instance":"","resources":{"cpu_memory_bytes":1,"cpu_cores":1,"custom":{"a":"b"}}}"#,
      "resources.custom.a", "a string"
    ),
    (#"{"type":"claim","max":0}"#, "max", "0"), (#"{"type":"claim","queues":["a",1]}"#, "queues.1", "an integer"),
    (#"{"type":"claim","task":"x"}"#, "task", "not an identifier"),
    (#"{"type":"report","results":{}}"#, "results", "an object"),
    (#"{"type":"report","results":[{"state":"asleep"}]}"#, "results.0.task", "missing"),
    (
      #"{"type":"started","tasks":[{"task":"000000010000000000000002","token":"t","time_started":"now"}]}"#,
      "tasks.0.time_started", "not a date"
    ),
    (#"{"type":"claim","id":null}"#, "id", "null"),
    (#"{"type":"report","id":{},"results":[]}"#, "id", "an object"),
  ])
  func errorsNameTheField(_ text: String, _ field: String, _ problem: String) throws {
    let node = try JSONDocument(parsing: text).root
    var issues: [Rejection.Issue] = []
    do {
      // What is wrong with one item is told beside the others.
      switch try WorkerMessage(node) {
      case .report(let message)?: issues = message.faults.flatMap(\.error.issues)
      case .started(let message)?: issues = message.faults.flatMap(\.error.issues)
      default: break
      }
    } catch {
      issues = error.issues
    }
    let issue = try #require(issues.first { $0.field == field }, "\(issues)")
    #expect(issue.trouble.hasPrefix(problem))
    #expect(issue.trouble.contains("; "), "it doesn't say what would be right")
  }

  @Test func allThatIsWrongIsToldAtOnce() throws {
    let text =
      #"{"type":"report","id":7,"results":[{"state":"asleep"},{"task":"x","state":"terminated","usage":{"memory":{"resident_memory_bytes":-1},"gpu_usage":[{"ordinal":0},7]}}]}"#
    guard case .report(let report)? = try WorkerMessage(JSONDocument(parsing: text).root) else {
      Issue.record("no report")
      return
    }
    #expect(
      report.faults.flatMap(\.error.issues).map(\.field) == [
        "results.0.task", "results.0.state", "results.1.task", "results.1.usage.memory.resident_memory_bytes",
        "results.1.usage.gpu_usage.0.used_memory_bytes", "results.1.usage.gpu_usage.1.ordinal",
        "results.1.usage.gpu_usage.1.used_memory_bytes",
      ])
    let claim = #"{"type":"claim","id":[],"queues":[1,"a",2],"max":"x"}"#
    let error = #expect(throws: MessageError.self) { try WorkerMessage(JSONDocument(parsing: claim).root) }
    #expect(error.map { Set($0.issues.map(\.field)) }?.isSuperset(of: ["id", "queues.0", "queues.2", "max"]) == true)
  }

  /// However much is wrong: an answer stays smaller than what it answers.
  @Test func ofVeryManyTroublesTheFirstAreTold() throws {
    let text = #"{"type":"claim","queues":["# + Array(repeating: "1", count: 5000).joined(separator: ",") + "]}"
    let error = #expect(throws: MessageError.self) { try WorkerMessage(JSONDocument(parsing: text).root) }
    #expect(error?.issues.count == FieldReader.maxIssues)
  }

  @Test func unknownTypesAndFieldsAreNoErrors() throws {
    #expect(try WorkerMessage(JSONDocument(parsing: #"{"type":"dance"}"#).root) == nil)
    #expect(try ServerMessage(JSONDocument(parsing: #"{"type":"dance"}"#).root) == nil)
    let more = #"{"type":"claim","max":2,"colour":"red"}"#
    #expect(try WorkerMessage(JSONDocument(parsing: more).root) == .claim(ClaimMessage(max: 2)))
  }

  @Test func aPieceOfALogThatNoFileHoldsIsRefused() throws {
    for (offset, size) in [(Int64.max, 1), (0, Int64.max), (Int64.max, Int64.max)] {
      let text = "{\"type\":\"log\",\"id\":1,\"data\":\"QQ==\",\"offset\":\(offset),\"size\":\(size),\"end\":true}"
      let document = try JSONDocument(parsing: Array(text.utf8))
      let refused = #expect(throws: MessageError.self) { try WorkerMessage(document.root) }
      #expect(refused?.issues.map(\.field) == ["size"])
    }
  }
}
