import BanyanCore
import BanyanJSON
import Testing

@testable import BanyanWire

@Suite struct JobChangeTests {
  private static let ann = Principal(user: UserID(seconds: 0, rest: 1), name: "ann", role: .provider)

  private func change(_ text: String) throws -> JobChange {
    try JobChange(JSONDocument(parsing: text).root, of: JobNumber(3), by: Self.ann)
  }

  private func retry(_ text: String?) throws -> JobRetry {
    try JobRetry(text.map { try JSONDocument(parsing: $0).root }, of: JobNumber(3), by: Self.ann)
  }

  private func issues(_ body: () throws -> Void) -> [String] {
    do {
      try body()
      return []
    } catch let error as Rejection {
      return error.issues.map(\.field).sorted()
    } catch {
      return ["\(error)"]
    }
  }

  @Test func `A change of a job is read`() throws {
    let edit = try change(
      #"{"labels": {"a": "b"}, "held": true, "priority": -3, "queue": "q", "not_before": null, "max_running": null}"#)
    #expect(edit.job == JobNumber(3) && edit.members == nil && !edit.cancels && edit.grace == nil)
    #expect(edit.changes.map(\.name) == ["labels", "held", "priority", "queue", "not_before"])
    #expect(edit.maxRunning == .some(nil))
    #expect(try change(#"{"max_running": 5}"#).maxRunning == .some(5))
    #expect(try change("{}").maxRunning == nil)
    let release = try change(#"{"state": "available"}"#)
    #expect(release.releases && !release.cancels)
    let cancel = try change(#"{"state": "cancelled", "shutdown_time_milliseconds": 0, "members": "12,3-9,8-10"}"#)
    #expect(cancel.cancels && cancel.grace == 0 && cancel.members == [3...10, 12...12])
    #expect(MemberRanges.text([3...10, 12...12]) == "3-10,12")
  }

  @Test func `What can't be changed of a job is told`() {
    #expect(issues { _ = try change("[]") } == ["body"])
    #expect(
      issues {
        _ = try change(#"{"state": "running", "command": "x", "prioriti": 1, "members": "0", "max_running": 0}"#)
      }
        == ["command", "max_running", "members", "prioriti", "state"])
    #expect(issues { _ = try change(#"{"shutdown_time_milliseconds": 1}"#) } == ["shutdown_time_milliseconds"])
    for members in ["", "a", "3-1", "1000001", "1-", "1-2-3", "99999999999"] {
      #expect(issues { _ = try change(#"{"held": true, "members": "\#(members)"}"#) } == ["members"], "\(members)")
    }
  }

  @Test func `A retry of a job is read, with or without a body`() throws {
    let all = try retry(nil)
    #expect(all.members == nil && all.states == nil && all.changes.isEmpty)
    let some = try retry(
      #"{"members": "3", "states": ["failed"], "changes": {"requested_resources": {"memory": "8 GiB"}, "max_runtime_milliseconds": null}}"#
    )
    #expect(some.members == [3...3] && some.states == [.failed])
    #expect(some.changes.map(\.name) == ["max_runtime_milliseconds"])
    // What is not named stays as it was.
    var before = ResourceRequest()
    (before.coreCount, before.gpuCount) = (3, 1)
    let after = some.resources?.applied(to: before)
    #expect(after?.memoryBytes == 8 << 30 && after?.coreCount == 3 && after?.gpuCount == 1)
    #expect(some.resources?.amounts == .memory && some.resources?.values.memoryBytes == 8 << 30)
    #expect(try retry(#"{"changes": {"requested_resources": null}}"#).changes.map(\.name) == ["requested_resources"])
    #expect(try retry(#"{"changes": {"requested_resources": {}}}"#).resources == nil)
    let amounts = try retry(#"{"changes": {"requested_resources": {"cpu_cores": {"percent": 5}, "custom": {"a": 1}}}}"#)
    #expect(amounts.resources?.amounts == [.cores, .custom])
    #expect(
      issues {
        _ = try retry(
          #"{"states": ["succeeded"], "changes": {"name": "x", "after": [], "comand": 1, "array": {}}, "x": 1}"#)
      }
        == ["changes.after", "changes.array", "changes.comand", "changes.name", "states.0", "x"])
    #expect(issues { _ = try retry(#"{"states": []}"#) } == ["states"])
  }
}
