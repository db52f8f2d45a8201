import BanyanCore
import BanyanWire

/// What a forecast says of jobs, for documents.
struct JobOutlook: Sendable {
  private let jobs: [JobNumber: Forecast.JobExpectation]
  private let now: Int64

  /// Nothing is expected.
  init() { (jobs, now) = ([:], 0) }

  /// - Parameter now: the server's clock, milliseconds since 1970: what should have come by now comes now.
  init(_ forecast: Forecast, now: Int64) {
    jobs = forecast.jobs
    self.now = now
  }

  /// What is expected of a job; nil: it has ended, or nothing is.
  subscript(job: JobRecord) -> ExpectedTimes? {
    guard !job.state.isEnded, let expectation = jobs[job.number] else { return nil }
    return ExpectedTimes(start: job.started == nil ? expectation.start : nil, end: expectation.end, now: now)
  }
}
