/// What a forecast is made of: the queue at one moment, and how its workers ask for tasks. It shares all with the live queue
/// until that changes.
public struct ForecastSource: Sendable {
  let state: QueueState
  /// When, milliseconds since 1970.
  let now: Int64
  /// Who may be given tasks, in the order in which they have waited.
  let claimants: [Claimant]

  /// A worker that waits for tasks.
  public struct Claimant: Sendable {
    /// The worker.
    public var worker: WorkerID
    /// What it says it can give now; nil: what is left of its offer. What it says less is taken to be others' on its machine,
    /// and to stay so.
    public var limit: ResourceOffer?

    /// A worker that waits for tasks, and what it can give.
    public init(worker: WorkerID, limit: ResourceOffer? = nil) {
      self.worker = worker
      self.limit = limit
    }
  }

  /// - Parameters:
  ///   - state: the queue.
  ///   - now: the server's clock, milliseconds since 1970.
  ///   - first: workers whose claims wait, the one that has waited longest first. Others come behind them, in the order of
  ///     their registration.
  public init(_ state: QueueState, at now: Int64, first: [Claimant] = []) {
    self.state = state
    self.now = now
    let known = Set(first.map(\.worker))
    claimants = first + state.workers.keys.filter { !known.contains($0) }.map { Claimant(worker: $0) }
  }
}
