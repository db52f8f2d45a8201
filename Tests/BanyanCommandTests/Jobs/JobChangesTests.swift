import BanyanJSON
import Synchronization
import Testing

@testable import banyan

@Suite struct JobChangesTests {
  @Test func eachIsOneRequest() async throws {
    let sent = Mutex<[String]>([])
    let changes = JobChanges { verb, path, body, key in
      sent.withLock { $0.append("\(verb.rawValue) \(path) \(body)\(key == nil ? "" : " key")") }
      return ["_status": "OK", "number": 12, "changed": 1, "cancelled": 2, "told_to_stop": 3, "unchanged": 4]
    }
    let outcome = try await changes.cancel(12, grace: 500)
    #expect(outcome.changed == 1 && outcome.cancelled == 2 && outcome.told == 3 && outcome.unchanged == 4)
    try await changes.cancel(12, grace: nil)
    try await changes.cancel(12, members: [7...7], grace: nil)
    try await changes.hold(12, true)
    try await changes.hold(12, members: [3...9, 12...12], false)
    _ = try await changes.retry(12)
    _ = try await changes.retry(12, members: [3...9, 12...12])
    #expect(
      sent.withLock(\.self) == [
        #"PATCH /jobs/12 {"state":"cancelled","shutdown_time_milliseconds":500}"#,
        #"PATCH /jobs/12 {"state":"cancelled"}"#, #"PATCH /jobs/12 {"state":"cancelled","members":"7"}"#,
        #"PATCH /jobs/12 {"held":true}"#, #"PATCH /jobs/12 {"held":false,"members":"3-9,12"}"#,
        "POST /jobs/12/retry {} key",
        #"POST /jobs/12/retry {"members":"3-9,12"} key"#,
      ])
  }
}
