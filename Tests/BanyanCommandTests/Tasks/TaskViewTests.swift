import BanyanJSON
import Testing

@testable import banyan

@Suite struct TaskViewTests {
  static func view(_ state: String, cause: String? = nil) throws -> TaskView {
    let outcome = state == "cancelled" ? "cancelled" : cause == nil ? "succeeded" : "failed"
    var document: JSONObject = ["_id": "6b0660616ce937ff6059296f", "state": .string(state)]
    if ["terminated", "cancelled"].contains(state) { document["outcome"] = .string(outcome) }
    if let cause { document["cause"] = .string(cause) }
    return try #require(TaskView(.object(document)))
  }

  @Test(
    arguments: [
      ("terminated", nil, "succeeded", 0), ("terminated", "failure (exit 3)", "failed", 3),
      ("terminated", "failure (exit 200)", "failed", 200), ("terminated", "failure (SIGSEGV)", "failed", 139),
      ("terminated", "timed out", "failed", nil), ("cancelled", "cancelled by ann", "cancelled", nil),
      ("terminated", "could not start (no such program)", "failed", nil), ("running", nil, "running", nil),
      ("available", nil, "waiting", nil), ("pending_cancellation", "cancelled by ann", "cancelling", nil),
    ] as [(String, String?, String, Int32?)])
  func states(state: String, cause: String?, word: String, status: Int32?) throws {
    let view = try Self.view(state, cause: cause)
    #expect(view.stateWord == word)
    #expect(view.programStatus == status)
    #expect(view.hasSucceeded == (status == 0))
  }

  @Test func whatIsNoTaskIsNone() {
    #expect(TaskView(["_id": "x"]) == nil)
    #expect(TaskView(["_id": "x", "state": "sleeping"]) == nil)
    #expect(TaskView([]) == nil)
  }

  @Test func waitingSaysHowItWent() throws {
    let (good, bad) = (try Self.view("terminated"), try Self.view("terminated", cause: "failure (exit 1)"))
    #expect(Waiting.status(of: ["a"], ["a": good]) == .success)
    #expect(Waiting.status(of: ["a", "b"], ["a": good, "b": bad]) == .someFailed)
    #expect(Waiting.status(of: ["a", "b"], ["a": bad]) == .noSuchThing)
  }
}
