import BanyanCore
import BanyanJSON
import Testing

@testable import BanyanServer

/// What is written down of commands on jobs.
@Suite struct JobAuditTests {
  private static let ann = Principal(user: UserID(seconds: 1, rest: 1), name: "ann", role: .provider)

  private static func line(_ command: Command, refusal: Rejection? = nil, _ answer: Answer? = nil) throws -> JSON {
    let entry = try #require(AuditEntry(command, refusal: refusal, answer))
    var text: [UInt8] = []
    entry.write(at: 0, into: &text)
    return try JSON(parsing: text)
  }

  @Test func `Each command on jobs is written down with the job and what it came to`() throws {
    let job = JobNumber(12)
    let receipt = JobReceipt(number: job, taskCount: 300, takenOver: 0, firstTask: TaskID(seconds: 1, rest: 1))
    let made = try Self.line(.submitJob(JobSubmission(families: [], by: Self.ann)), .jobSubmitted(receipt))
    #expect(made["action"] == "submit job" && made["count"] == 300 && made["subjects"] == ["12"] && made["by"] == "ann")
    var change = JobChange(job: job, by: Self.ann)
    var counts = JobChangeCounts()
    counts.changed = 2
    counts.unchanged = 5
    #expect(try Self.line(.changeJob(change), .jobChanged(counts))["count"] == 2)
    change.cancels = true
    let refused = try Self.line(.changeJob(change), refusal: Rejection(.forbidden, "bob's"))
    #expect(refused["action"] == "cancel job" && refused["outcome"] == "refused" && refused["code"] == 403)
    let copy = TaskID(seconds: 1, rest: 2)
    let retried = try Self.line(.retryJob(JobRetry(job: job, by: Self.ann)), .retried([(copy: copy, of: copy)]))
    #expect(retried["action"] == "retry job" && retried["count"] == 1)
    #expect(try Self.line(.forgetJobs([job, JobNumber(13)], by: Self.ann))["subjects"] == ["12", "13"])
  }
}
