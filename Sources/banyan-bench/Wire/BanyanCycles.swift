import BanyanClient
import BanyanCore
import BanyanJSON
import BanyanWire
import Foundation

/// Banyan, with `--durability always`.
final class BanyanCycles: CycleServer {
  let name = "banyan"
  let process: ServerProcess

  init(_ process: ServerProcess) { self.process = process }

  deinit { process.kill() }

  func client(_ number: Int) throws -> any CycleClient { try BanyanCycleClient(process, number) }

  func cpuSeconds() throws -> Double { try process.cpuSeconds() }
}

/// A provider's socket and a worker's: who submits and who works are two.
private final class BanyanCycleClient: CycleClient {
  private let provider: WebSocketClient
  private let worker: WebSocketClient
  private var submits: [Int: [UInt8]] = [:]
  private var claims: [Int: [UInt8]] = [:]

  init(_ server: ServerProcess, _ number: Int) throws {
    provider = try WebSocketClient(server.credentials(.provider))
    worker = try WebSocketClient(server.credentials(.worker))
    try worker.send(WorkerTexts.hello("bench-\(number)"))
    _ = try worker.receive("welcome")
  }

  func cycle(_ count: Int) throws {
    try provider.send(frame(&submits, count) { WorkerTexts.submit(count) })
    _ = try provider.receive("submitted")
    try worker.send(frame(&claims, count) { WorkerTexts.claim(count) })
    let report = try WorkerTexts.report(of: worker.receive("claimed"), expecting: count)
    try worker.send(report)
    let reported = try worker.receive("reported")
    guard !reported.text.contains("false") else { throw Refused(text: reported.text) }
  }

  private func frame(_ known: inout [Int: [UInt8]], _ count: Int, _ make: () -> [UInt8]) -> [UInt8] {
    if let frame = known[count] { return frame }
    let frame = make()
    known[count] = frame
    return frame
  }
}

/// The messages of a worker and of a provider, as frames.
enum WorkerTexts {
  static func hello(_ name: String, maxTasks: Int64 = 100_000) -> [UInt8] {
    var text: [UInt8] = []
    let offer = ResourceOffer(memoryBytes: 1 << 40, cores: 1024, maxTasks: maxTasks)
    HelloMessage(id: .number(0), name: name, instance: name, resources: offer).encode(into: &text)
    return WebSocketClient.frame(text)
  }

  static func submit(_ count: Int) -> [UInt8] {
    let task: JSON = [
      "command": .string(CyclePayload.command), "state": "available",
      "requested_resources": ["cpu_memory_bytes": 0],
    ]
    var text: [UInt8] = []
    SubmitMessage(id: .number(1), tasks: Array(repeating: task, count: count)).encode(into: &text)
    return WebSocketClient.frame(text)
  }

  /// - Parameter wait: milliseconds that it may stay open; nil: not at all.
  static func claim(_ count: Int, wait: Int64? = nil) -> [UInt8] {
    var text: [UInt8] = []
    ClaimMessage(id: .number(2), max: count, waitMilliseconds: wait).encode(into: &text)
    return WebSocketClient.frame(text)
  }

  static let heartbeat = WebSocketClient.frame(Array(#"{"type":"heartbeat"}"#.utf8))

  /// The report of successes that answers `claimed`. Ids and tokens are looked for as bytes: a client that parsed would
  /// take the processor from the server that is measured.
  static func report(of claimed: ArraySlice<UInt8>, expecting count: Int) throws -> [UInt8] {
    var text = Array(#"{"type":"report","id":3,"results":["#.utf8)
    text.reserveCapacity(claimed.count + 100 * count)
    var found = 0
    var place = claimed.startIndex
    while let id = value(of: #""_id":""#, in: claimed, from: &place),
      let token = value(of: #""token":""#, in: claimed, from: &place)
    {
      text += found == 0 ? #"{"task":""#.utf8 : #",{"task":""#.utf8
      text += id
      text += #"","token":""#.utf8
      text += token
      text += #"","state":"terminated","exit_status":"success","time_terminated":"2026-01-01T00:00:00.000Z"}"#.utf8
      found += 1
    }
    guard found == count else { throw Refused(text: "\(found) tasks claimed of \(count): \(claimed.text)") }
    text += "]}".utf8
    return WebSocketClient.frame(text)
  }

  /// The string behind the next such key.
  private static func value(
    of key: StaticString, in text: ArraySlice<UInt8>, from place: inout Int
  ) -> ArraySlice<UInt8>? {
    let start: Int? = text.withUnsafeBufferPointer { bytes in
      let key = UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount)
      let first = place - text.startIndex
      guard bytes.count >= first + key.count else { return nil }
      for start in first...bytes.count - key.count where bytes[start] == key[0] && bytes[start + 1] == key[1] {
        if bytes[start..<start + key.count].elementsEqual(key) { return text.startIndex + start + key.count }
      }
      return nil
    }
    guard let start, let end = text[start...].firstIndex(of: UInt8(ascii: "\"")) else { return nil }
    place = end
    return text[start..<end]
  }
}
