extension QueueState {
  mutating func submit(_ submission: JobSubmission, at now: Int64, entropy: inout Entropy) throws(Rejection) -> Answer {
    throw Rejection(.unavailable, "not yet")
  }
  mutating func change(_ change: JobChange, at now: Int64, cancellations: inout [Cancellation]) throws(Rejection) -> Answer {
    throw Rejection(.unavailable, "not yet")
  }
  mutating func retry(_ retry: JobRetry, at now: Int64, entropy: inout Entropy) throws(Rejection) -> Answer {
    throw Rejection(.unavailable, "not yet")
  }
  mutating func forget(_ jobs: [JobNumber], by: Principal, at now: Int64) throws(Rejection) -> Answer {
    throw Rejection(.unavailable, "not yet")
  }
}
