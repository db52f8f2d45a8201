import BanyanCore

/// A job that somebody wants made, as its document says it: what `POST /jobs` and the `job` of a `submit` hold.
public struct JobRequest: Sendable {
  /// What people call it; nil: nothing.
  public var name: String?
  /// They hold for each of its tasks.
  public var labels = TextMap()
  /// Its families, with what the document's `defaults` say filled in.
  public var families: [FamilyDraft] = []
  /// The job whose successes it takes over; nil: it begins from nothing.
  public var resumes: JobNumber?
  /// What could be other than it was meant, for whoever asks: nothing is refused for it.
  public var remarks: [String] = []

  /// A request that says nothing yet.
  init() {}

  /// The same as a command.
  /// - Parameters:
  ///   - asker: who asks, and owns the job.
  ///   - key: what the client calls this request, and a digest of its body.
  public func submission(by asker: Principal, key: (key: String, body: [UInt8])? = nil) -> JobSubmission {
    JobSubmission(name: name, labels: labels, families: families, resumes: resumes, by: asker, key: key)
  }
}
