import BanyanCore
import BanyanJSON
import BanyanWire
import TestSupport
import Testing

/// Whatever comes in, readers answer with a value or with a refusal that names a place; what they accept is written
/// so that it is read the same.
@Suite struct NoiseTests {
  @Test func tasksAreReadOrRefused() throws {
    var noise = Noise(seed: 1)
    var accepted = 0
    for _ in 0..<2000 {
      let document = try JSONDocument(parsing: noise.task().encoded())
      do {
        let draft = try TaskDocument.draft(document.root)
        accepted += 1
        let again = try TaskDocument.draft(JSONDocument(parsing: TaskDocument.json(draft).encoded()).root)
        #expect(again.fields == draft.fields)
        #expect(again.continuations == draft.continuations && again.after == draft.after)
        #expect(draft.fields.troubles() == [])
      } catch let rejection as Rejection {
        #expect(rejection.kind == .unprocessable && !rejection.issues.isEmpty)
        #expect(rejection.issues.allSatisfy { !$0.trouble.isEmpty })
      }
    }
    #expect(accepted > 40, "noise that is never accepted tests little")
  }

  @Test func patchesAndExecutionDataAreReadOrRefused() throws {
    var noise = Noise(seed: 2)
    let id = TaskID(seconds: 1, rest: 1)
    for _ in 0..<1000 {
      let document = try JSONDocument(
        parsing: noise.task(with: ["state": noise.value(), "update_execution_data": noise.execution()]).encoded())
      let read = TaskDocument.readPatch(document.root, of: id) { _, _ in .forged }
      #expect(read.patch.task == id)
      if case .object? = document.root["update_execution_data"]?.value { #expect(read.patch.execution != nil) }
      _ = try? EdgesDocument.bulk(document.root, .add)
      _ = try? UserDocument.draft(document.root)
      _ = try? WorkerDocument.registration(document.root)
      _ = try? WorkerDocument.change(document.root)
    }
  }

  @Test func filtersAreReadOrRefusedAndDecideEveryTask() throws {
    var noise = Noise(seed: 3)
    let records = (1...5).map { number in
      TaskRecord.sample(UInt64(number)) { record, fields in
        fields.name = number > 2 ? "n\(number)" : nil
        fields.labels = ["k": "v\(number)"]
        record.continuations = number > 3 ? [TaskID(seconds: 1, rest: 1)] : []
      }
    }
    var accepted = 0
    for _ in 0..<2000 {
      let text = noise.filter(depth: 3).encodedString()
      guard let filter = try? Filter(text: text, fields: .tasks()) else { continue }
      accepted += 1
      let opposite = try Filter(text: #"{"$nor": [\#(text)]}"#, fields: .tasks())
      for record in records {
        let isMatch = try filter.matches(record)
        #expect(try opposite.matches(record) != isMatch, "\(text)")
        // Whatever matches lies within what is pinned.
        if isMatch {
          #expect(filter.pins.ids?.contains(record.id) ?? true, "\(text)")
          #expect(filter.pins.standings?.contains(Self.standing(of: record)) ?? true, "\(text)")
          #expect(filter.pins.names?.contains(CodePoints(record.spec.name ?? "")) ?? true, "\(text)")
        }
        // And where nothing else is asked, all that lies there matches.
        if filter.pins.isChoice {
          let choice = filter.pins.choice
          let isChosen =
            choice.standings.contains(Self.standing(of: record))
            && choice.owners?.contains(CodePoints(record.spec.owner)) ?? true
            && choice.queues?.contains(CodePoints(record.spec.queue)) ?? true
            && choice.jobs?.contains(record.place?.job ?? JobNumber(0)) ?? true
          #expect(isMatch == isChosen, "\(text)")
        }
      }
    }
    #expect(accepted > 100)
  }

  private static func standing(of record: TaskRecord) -> Standing {
    Standing.allCases.first {
      $0.state == record.state && $0.outcome == record.outcome
        && [.heldInactive, .heldAvailable].contains($0) == record.isHeld
    } ?? .running
  }

  @Test func textsAreReadOrRefused() throws {
    var noise = Noise(seed: 4)
    for _ in 0..<2000 {
      let text = noise.letters("0123456789.-+ eEkKMGTiBsmhd,()[]{}^$*+?|\\\"'nxu<>=:_a\u{301}\u{1F600}\u{0}")
      _ = try? ByteCount.parse(text)
      _ = try? TimeSpan.parse(text)
      _ = DateForm.milliseconds(text)
      _ = try? Sort(text: text, fields: .tasks())
      _ = try? Projection(text: text, fields: .tasks())
      if let pattern = try? Pattern(text) { _ = try pattern.matches(noise.letters("ab0 \n.")) }
    }
  }

  @Test func messagesAreReadOrRefused() throws {
    var noise = Noise(seed: 5)
    let types = [
      "submit", "cancel", "get", "subscribe", "unsubscribe", "authenticate", "items", "event", "lagged", "error",
    ]
    for _ in 0..<1500 {
      var message: JSONObject = ["type": .string(noise.pick(types))]
      for key in [
        "id", "tasks", "where", "key", "sort", "page", "max_results", "from_sequence", "subscription", "meta",
        "sequence", "time", "results",
      ] {
        if noise.chance(0.4) { message[key] = noise.chance(0.3) ? .array([noise.task()]) : noise.value() }
      }
      let document = try JSONDocument(parsing: JSON.object(message).encoded())
      do {
        _ = try ProviderRequest(document.root)
      } catch {
        #expect(!error.message.isEmpty)
      }
      _ = try? ProviderAnswer(document.root)
    }
  }
}

/// Makes documents that are nearly right.
private struct Noise {
  private var random: SplitMix
  private let fields = TaskField.all.map(\.name)

  init(seed: UInt64) { random = SplitMix(state: seed) }

  mutating func chance(_ part: Double) -> Bool { Double.random(in: 0..<1, using: &random) < part }
  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int.random(in: 0..<elements.count, using: &random)]
  }

  mutating func letters(_ alphabet: String) -> String {
    let letters = Array(alphabet)
    return String((0..<Int.random(in: 0...12, using: &random)).map { _ in pick(letters) })
  }

  /// A value of any kind, with a liking for the ends of ranges.
  mutating func value(depth: Int = 2) -> JSON {
    switch Int.random(in: 0...(depth > 0 ? 10 : 7), using: &random) {
    case 0: return .null
    case 1: return .bool(chance(0.5))
    case 2: return .integer(pick([0, 1, -1, 5, 128, .max, .min, 1 << 53, 1 << 31]))
    case 3: return .real(pick([0, 1.5, -2.5, 1e300, -1e300, 9_007_199_254_740_992]))
    case 4: return .string(letters("ab0.-_ é"))
    case 5: return .string(pick(["", "x", "available", "running", "1 GiB", "2013-04-02T10:29:13Z", "/tmp", "stop"]))
    case 6: return .string("\(TaskID(seconds: 1_364_898_553, rest: UInt64.random(in: 0...5, using: &random)))")
    case 7: return .string(pick(fields))
    case 8: return .array((0..<Int.random(in: 0...3, using: &random)).map { _ in value(depth: depth - 1) })
    case 9: return resources()
    default:
      var object = JSONObject()
      for _ in 0..<Int.random(in: 0...3, using: &random) { object[letters("abA_1")] = value(depth: depth - 1) }
      return .object(object)
    }
  }

  private mutating func resources() -> JSON {
    var object = JSONObject()
    for key in [
      "memory", "cpu_memory_bytes", "cores", "cpu_cores", "gpus", "gpu_compute_capability", "custom", "memroy",
    ] {
      if chance(0.15) { object[key] = value(depth: 1) }
    }
    return .object(object)
  }

  mutating func task(with more: JSONObject = [:]) -> JSON {
    var object = more
    for _ in 0..<Int.random(in: 0...4, using: &random) {
      object[chance(0.95) ? pick(fields) : letters("abc")] = value()
    }
    if chance(0.5) {
      object["command"] = "x"
      object["requested_resources"] = chance(0.7) ? [:] : resources()
    }
    return .object(object)
  }

  mutating func execution() -> JSON {
    var object = JSONObject()
    let names = [
      "token", "worker_id", "exit_status", "time_started", "memory", "cpu_usage", "gpu_usage", "cpu_seconds", "x",
    ]
    for name in names where chance(0.3) { object[name] = value() }
    return chance(0.9) ? .object(object) : value()
  }

  mutating func filter(depth: Int) -> JSON {
    var object = JSONObject()
    for _ in 0..<Int.random(in: 0...2, using: &random) {
      if depth > 0, chance(0.3) {
        let group = pick(["$and", "$or", "$nor", "$not"])
        object[group] =
          group == "$not" ? filter(depth: depth - 1) : [filter(depth: depth - 1), filter(depth: depth - 1)]
      } else {
        object[pick(fields) + (chance(0.1) ? ".k" : "")] = chance(0.4) ? value(depth: 1) : comparison(depth: depth)
      }
    }
    return .object(object)
  }

  private mutating func comparison(depth: Int) -> JSON {
    var object = JSONObject()
    let operators = ["$eq", "$ne", "$lt", "$lte", "$gt", "$gte", "$in", "$nin", "$exists", "$regex", "$not", "$odd"]
    for _ in 0..<Int.random(in: 1...2, using: &random) {
      let name = pick(operators)
      switch name {
      case "$in", "$nin": object[name] = .array([value(depth: 1), value(depth: 0)])
      case "$exists": object[name] = .bool(chance(0.5))
      case "$not": object[name] = depth > 0 ? comparison(depth: depth - 1) : [:]
      default: object[name] = value(depth: 1)
      }
    }
    return .object(object)
  }
}
