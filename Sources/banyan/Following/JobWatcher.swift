import BanyanClient
import BanyanJSON

/// Follows jobs to their end: told of changes by the server, over restarts of the server too.
///
/// An event says only which job to look at; what is shown is what the server then says of it.
actor JobWatcher {
  /// What the watcher reports, in the order in which it learns of it.
  enum Update: Sendable {
    /// A job looks different from before (or is seen for the first time).
    case changed(JobView)
    /// The server does not know it (any more).
    case missing(Int64)
    /// The connection is gone; it is being made anew.
    case disconnected(any Error)
    /// The connection stands again.
    case connected
  }

  /// Between two looks at a job whatever happens to it: some have a thousand ends a second.
  private static let pause = Duration.milliseconds(100)
  /// Between two looks where the server tells nobody of jobs.
  private static let rhythm = Duration.seconds(1)

  private let client: ProviderClient
  private let jobs: JobReading
  private let numbers: [Int64]
  private var unread: Set<Int64> = []
  private var views: [Int64: JobView] = [:]
  private var gone: Set<Int64> = []
  private var isTold = true
  private let wakeUps: AsyncStream<Void>
  private let wakeUp: AsyncStream<Void>.Continuation

  init(client: ProviderClient, jobs: JobReading, numbers: [Int64]) {
    self.client = client
    self.jobs = jobs
    self.numbers = numbers
    (wakeUps, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Returns when all have ended or are gone, with what was last seen of each.
  func run(_ see: @escaping @Sendable (Update) async throws -> Void) async throws -> [Int64: JobView] {
    guard !numbers.isEmpty else { return [:] }
    try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask {
        try await self.client.run()
        return false
      }
      group.addTask {
        try await self.listen(see)
        return false
      }
      group.addTask {
        try await self.look(see)
        return true
      }
      defer { group.cancelAll() }
      while let isDone = try await group.next() { if isDone { break } }
    }
    return views
  }

  private func listen(_ see: @Sendable (Update) async throws -> Void) async throws {
    var hasBeenAway = false
    for await event in client.events {
      switch event {
      case .connected:
        do {
          _ = try await client.request("subscribe", ["jobs": .array(numbers.map(JSON.integer))])
          isTold = true
        } catch let error as ServerError where error.issues.contains(where: { $0.field == "jobs" }) {
          isTold = false
        } catch let error as ServerError {
          throw error
        } catch {
          // The connection is gone again, and the next one subscribes.
          try Task.checkCancellation()
          continue
        }
        // Only now: what happens from here on is told, so what is looked at from here on gets stale by no silence.
        mark(numbers)
        if hasBeenAway { try await see(.connected) }
      case .disconnected(let error):
        hasBeenAway = true
        try await see(.disconnected(error))
      case .pushed(let message):
        switch message["type"]?.string {
        case "event": if let job = message["job"]?.integer { mark([job]) }
        case "lagged": mark(numbers)
        default: break
        }
      }
    }
    try Task.checkCancellation()
  }

  private func mark(_ numbers: [Int64]) {
    unread.formUnion(numbers)
    wakeUp.yield()
  }

  private func look(_ see: @Sendable (Update) async throws -> Void) async throws {
    for await _ in wakeUps {
      var isAnswered = true
      for number in unread.intersection(numbers).sorted() {
        unread.remove(number)
        isAnswered = try await look(at: number, see) && isAnswered
      }
      if numbers.allSatisfy({ gone.contains($0) || views[$0]?.isEnded == true }) { return }
      try await Task.sleep(for: isTold && isAnswered ? Self.pause : Self.rhythm)
      if !isTold { mark(numbers) } else if !unread.isEmpty { wakeUp.yield() }
    }
    try Task.checkCancellation()
  }

  /// - Returns: whether there was an answer.
  private func look(at number: Int64, _ see: @Sendable (Update) async throws -> Void) async throws -> Bool {
    do {
      let view = try await jobs.job(number)
      let isChanged = views[number].map { $0.document != view.document } ?? true
      views[number] = view
      if isChanged { try await see(.changed(view)) }
    } catch let error as ServerError where error.status == 404 {
      views[number] = nil
      if gone.insert(number).inserted { try await see(.missing(number)) }
    } catch let error as ServerError where error.status != 503 {
      throw error
    } catch {
      try Task.checkCancellation()
      unread.insert(number)
      return false
    }
    return true
  }
}
