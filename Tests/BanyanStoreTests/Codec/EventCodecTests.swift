import BanyanCore
import BanyanJSON
import Testing

@testable import BanyanStore

@Suite struct EventCodecTests {
  private func decoded(_ payload: [UInt8]) throws -> [Event] {
    var events: [Event] = []
    let count = try payload.withUnsafeBytes { bytes in
      try EventCodec.decode(bytes) { events.append($0) }
    }
    #expect(count == events.count)
    return events
  }

  @Test(arguments: 0..<300 as Range<UInt64>)
  func everyEventIsReadBackTheSame(seed: UInt64) throws {
    var maker = RandomEvents(seed: seed)
    let events = maker.oneOfEach()
    var payload: [UInt8] = []
    EventCodec.encode(events, into: &payload)
    let back = try decoded(payload)
    #expect(back.count == events.count)
    for (event, other) in zip(events, back) {
      #expect(event.isSame(as: other), "seed \(seed): \(event) came back as \(other)")
    }
  }

  /// Every field that is rarely written, at the place and under the name that it always had.
  @Test func theRareFieldsAsTheyAreWritten() throws {
    let task = Identifier(seconds: 0x6925_0001, rest: 0x0102_0304_0500_0001)
    var fields = TaskFields()
    fields.work = .program(["a", ""])
    fields.resources = ResourceRequest()
    fields.environment = ["B": "2", "A": "1"]
    fields.workingDirectory = "/w"
    fields.stdinPath = "/i"
    fields.stdoutPath = "/o"
    fields.stderrPath = "/e"
    fields.labels = ["k": "v"]
    fields.array = ArrayPlace(name: "a", index: 7, maxRunning: 2)
    fields.notBefore = 9
    fields.onLostContact = .continue
    fields.estimatedRuntime = 1
    fields.maxRuntime = 2
    fields.maxShutdownTime = 3
    fields.maxAttemptCount = 4
    fields.maxLossCount = 5
    fields.retryDelay = 6
    let event = Event.taskEdited(task, spec: TaskSpec(owner: "ann", fields: fields))
    let line =
      #"["task_edited","692500010102030405000001","ann",null,["a",""],"default",0,134217728,0,0,0,null,{"environment":{"A":"1","B":"2"},"working_directory":"/w","stdin_path":"/i","stdout_path":"/o","stderr_path":"/e","labels":{"k":"v"},"array":["a",7,2,null,null],"not_before":9,"on_lost_contact":"continue","estimated_runtime":1,"max_runtime":2,"max_shutdown_time":3,"max_attempt_count":4,"max_loss_count":5,"retry_delay":6}]"#
    var payload: [UInt8] = []
    EventCodec.encode([event], into: &payload)
    #expect(String(decoding: payload, as: UTF8.self).split(separator: "\n").map(String.init) == [line])
    guard case .taskEdited(_, let spec) = try #require(decoded(payload).first) else {
      Issue.record("another event came back")
      return
    }
    #expect(spec.fields == fields)
  }

  @Test(arguments: [
    (#"{"max_attempt_count":-1}"#, "max_attempt_count is -1, which is out of range"),
    (#"{"max_loss_count":4294967296}"#, "max_loss_count is 4294967296, which is out of range"),
    (#"{"on_lost_contact":"perhaps"}"#, "on_lost_contact is a string, stop or continue should be there"),
    (#"{"stdin_path":7}"#, "stdin_path is an integer, a string should be there"),
    (#"{"labels":{"a":1}}"#, "labels is an object, an object of strings should be there"),
    (#"{"array":["a"]}"#, "array is missing"),
  ])
  func rareFieldsThatMakeNoSenseAreRefused(_ rare: String, _ trouble: String) {
    let line =
      #"["task_edited","692500010102030405000001","ann",null,"x","default",0,134217728,0,0,0,null,"# + rare + "]\n"
    let error = #expect(throws: RecordError.self) { try decoded(Array(line.utf8)) }
    #expect(error?.description.contains(trouble) == true, "\(error?.description ?? "")")
  }

  /// The format is a contract with the disk: this is format 1, and stays readable.
  @Test func theLinesOfFormatOne() throws {
    let task = Identifier(seconds: 0x6925_0001, rest: 0x0102_0304_0500_0001)
    let worker = Identifier(seconds: 0x6925_0002, rest: 0x0102_0304_0500_0002)
    var fields = TaskFields()
    fields.work = .shell("echo \"hi\"")
    fields.resources = ResourceRequest()
    var rare = fields
    rare.labels = ["b": "2", "a": "1"]
    rare.maxAttemptCount = 3
    let attempt = AttemptRecord(
      id: worker, attemptCount: 1, claimNumber: 2, epoch: 3, workerID: worker, cores: 4, gpus: [0, 1], timeClaimed: 5)
    let events: [Event] = [
      .taskCreated(task, spec: TaskSpec(owner: "ann", fields: fields), isHeld: false),
      .taskEdited(task, spec: TaskSpec(owner: "ann", fields: rare)),
      .taskMadeAvailable(task, delayedUntil: 0),
      .taskClaimed(task, attempt),
      .attemptEnded(task, AttemptEnd(exitStatus: "failure (exit 3)", timeTerminated: 9, outcome: .retried(until: 11))),
      .serverStarted(epoch: 4),
    ]
    let lines = [
      #"["task_created","692500010102030405000001",false,"ann",null,"echo \"hi\"","default",0,134217728,0,0,0,null,null]"#,
      #"["task_edited","692500010102030405000001","ann",null,"echo \"hi\"","default",0,134217728,0,0,0,null,{"labels":{"a":"1","b":"2"},"max_attempt_count":3}]"#,
      #"["task_available","692500010102030405000001",0]"#,
      #"["task_claimed","692500010102030405000001","692500020102030405000002",1,2,3,"692500020102030405000002",4,[0,1],5]"#,
      #"["attempt_ended","692500010102030405000001",["retried",11],"failure (exit 3)",9,null,null,null]"#,
      #"["server_started",4]"#,
    ]
    var payload: [UInt8] = []
    EventCodec.encode(events, into: &payload)
    #expect(String(decoding: payload, as: UTF8.self).split(separator: "\n").map(String.init) == lines)
    let back = try decoded(payload)
    #expect(zip(events, back).allSatisfy { $0.isSame(as: $1) })
  }

  /// Format 1 knew no limits of arrays.
  @Test func anArrayOfFormatOneIsRead() throws {
    let line =
      #"["task_created","692500010102030405000001",false,"ann",null,"x","default",0,134217728,0,0,0,null,{"array":["a",7]}]"#
    guard case .taskCreated(_, let spec, _, _) = try decoded(Array((line + "\n").utf8))[0] else {
      Issue.record("another event came back")
      return
    }
    #expect(spec.array == ArrayPlace(name: "a", index: 7))
  }

  @Test(arguments: [
    (#"["task_due"]"#, "task_due: element 1 is missing"),
    (#"["task_due","692500010102030405000001""#, "not valid JSON"),
    (#"["task_due",7]"#, "element 1 is an integer, an identifier of 24 hex digits should be there"),
    (#"["task_exploded","692500010102030405000001"]"#, "task_exploded: there is no such event"),
    (#"["server_started",-1]"#, "element 1 is -1, which is out of range"),
    (#"["server_started",1.5]"#, "element 1 is a real number, an integer should be there"),
    (#"{"server_started":1}"#, "an object where a list should be"),
  ])
  func whatMakesNoSenseIsTold(line: String, words: String) {
    let error = #expect(throws: RecordError.self) { try decoded(Array("[\"server_started\",1]\n\(line)\n".utf8)) }
    #expect(error?.description.contains("event 2: ") == true)
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }

  @Test func aPayloadEndsWithItsLine() {
    #expect(throws: RecordError.self) { try decoded(Array(#"["server_started",1]"#.utf8)) }
  }

  /// Damage that a checksum would find is still no crash here.
  @Test(arguments: 0..<40 as Range<UInt64>)
  func damagedLinesNeverCrash(seed: UInt64) {
    var maker = RandomEvents(seed: seed)
    var payload: [UInt8] = []
    EventCodec.encode(maker.oneOfEach(), into: &payload)
    for _ in 0..<20 {
      var broken = payload
      for _ in 0..<3 {
        let place = Int.random(in: 0..<broken.count, using: &maker.random)
        broken[place] = UInt8.random(in: 32...126, using: &maker.random)
      }
      _ = try? decoded(broken)
    }
  }

  @Test func whatIsNoNumberIsNone() throws {
    var usage = AttemptUsage()
    usage.cpuPercent = .nan
    usage.cpuSeconds = .infinity
    var payload: [UInt8] = []
    let id = Identifier(seconds: 1, rest: 2)
    EventCodec.encode([.attemptUpdated(id, AttemptUpdate(usage: usage))], into: &payload)
    guard case .attemptUpdated(_, let update) = try decoded(payload)[0] else {
      Issue.record("another event came back")
      return
    }
    #expect(update.usage == AttemptUsage())
  }
}
