import BanyanCore
import BanyanJSON
import BanyanWire
import Testing

@Suite struct WorkerDocumentTests {
  private let worker = WorkerID(seconds: 9, rest: 9)

  @Test func readsWorkersBodies() throws {
    let registration = try WorkerDocument.registration(
      JSONDocument(
        parsing: #"{"worker_id": "\#(worker)", "address": {"ip": "h", "port": 1}, "permissions": ["claim"]}"#
      ).root)
    #expect(registration.id == worker && registration.address?.port == 1 && registration.permissions == [.claim])
    let pause = try WorkerDocument.change(JSONDocument(parsing: #"{"paused": true, "note": "n"}"#).root)
    #expect(pause.pause == .some(.some(WorkerPause(note: "n"))))
    let resume = try WorkerDocument.change(JSONDocument(parsing: #"{"paused": false}"#).root)
    #expect(resume.pause == .some(nil) && !resume.liftsQuarantine)
    let lifted = try WorkerDocument.change(JSONDocument(parsing: #"{"quarantined": false}"#).root)
    #expect(lifted.pause == .none && lifted.liftsQuarantine)
    for text in [
      #"{"note": "n"}"#, #"{"paused": 1}"#, #"{"permissions": ["fly"]}"#, #"{"pausd": true}"#,
      #"{"quarantined": true}"#,
    ] {
      #expect(throws: Rejection.self) { try WorkerDocument.change(JSONDocument(parsing: text).root) }
    }
    for text in [
      #"{"address": {"ip": "h", "port": 1}}"#, #"{"worker_id": "\#(worker)", "address": {"ip": "h", "port": 65536}}"#,
      "5",
    ] {
      #expect(throws: Rejection.self) { try WorkerDocument.registration(JSONDocument(parsing: text).root) }
    }
  }

  @Test func showsWhatIsKnown() throws {
    var record = WorkerRecord(id: worker, user: UserID(seconds: 1, rest: 1), name: "w", created: 1_364_898_553_000)
    let bare = WorkerDocument.document(record).json()
    #expect(bare["name"] == "w" && bare["connected"] == false && bare["paused"] == false)
    #expect(bare["resources"] == nil && bare["address"] == nil && bare["last_heard"] == nil)
    record.address = WorkerAddress(host: "h", port: 7)
    record.pause = WorkerPause(note: "tea", until: 0)
    record.quarantine = Quarantine(reason: "all fails", since: 2000)
    record.offer = ResourceOffer(
      memoryBytes: 5, cores: 2,
      gpus: [GPUDevice(ordinal: 0, memoryBytes: 7, capability: GPUCapability(major: 5, minor: 2))], custom: ["x": 1])
    let full = WorkerDocument.document(record, lastHeard: 1000, isConnected: true).json(
      DocumentOptions(dates: .iso8601))
    #expect(bare["quarantined"] == false && bare["quarantine_reason"] == nil)
    #expect(full["quarantined"] == true && full["quarantine_reason"] == "all fails")
    #expect(full["quarantined_since"] == "1970-01-01T00:00:02.000Z")
    #expect(full["address"] == ["ip": "h", "port": 7])
    #expect(full["note"] == "tea" && full["paused_until"] == "1970-01-01T00:00:00.000Z")
    #expect(full["last_heard"] == "1970-01-01T00:00:01.000Z" && full["connected"] == true)
    #expect(full["resources"]?["gpus"]?[0]?["compute_capability_minor"] == 2)
    #expect(full["permissions"] == ["claim", "report"])
  }
}
