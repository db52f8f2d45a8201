import BanyanClient
import BanyanJSON

/// Follows jobs or tasks to their end: told of every change by the server, over restarts of the server too.
///
/// An event says only which one to look at; what is shown is what the server then says of it, so that a change that was
/// missed while the connection was away costs nothing.
actor Watcher<Subject: Watchable> {
  typealias Key = Subject.Key
  typealias View = Subject.View

  /// What the watcher reports, in the order in which it learns of it.
  enum Update: Sendable {
    /// One looks different from before (or is seen for the first time).
    case changed(View)
    /// The server does not know these (any more).
    case missing([Key])
    /// The connection is gone; it is being made anew.
    case disconnected(any Error)
    /// The connection stands again.
    case connected
  }

  /// Between two looks where the server tells nobody of such things, or gives no answer.
  private static var rhythm: Duration { .seconds(1) }

  private let subject: Subject
  private let client: ProviderClient
  private let keys: [Key]
  private var unread: Set<Key> = []
  private var views: [Key: View] = [:]
  private var gone: Set<Key> = []
  private var isTold = true
  private let wakeUps: AsyncStream<Void>
  private let wakeUp: AsyncStream<Void>.Continuation

  init(_ subject: Subject, _ keys: [Key], client: ProviderClient) {
    self.subject = subject
    self.keys = keys
    self.client = client
    (wakeUps, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Returns when all have ended or are gone, with what was last seen of each.
  func run(_ see: @escaping @Sendable (Update) async throws -> Void) async throws -> [Key: View] {
    guard !keys.isEmpty else { return [:] }
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

  /// What was last seen of each, at any time.
  var seen: [Key: View] { views }

  // MARK: What the server tells

  private func listen(_ see: @Sendable (Update) async throws -> Void) async throws {
    var hasBeenAway = false
    for await event in client.events {
      switch event {
      case .connected:
        do {
          _ = try await client.request("subscribe", [subject.member: .array(keys.map(subject.word))])
          isTold = true
        } catch let error as ServerError where error.issues.contains(where: { $0.field == subject.member }) {
          // An older server, which tells nobody.
          isTold = false
        } catch let error as ServerError {
          throw error
        } catch {
          // The connection is gone again, and the next one subscribes.
          try Task.checkCancellation()
          continue
        }
        // Only now: what happens from here on is told, so what is looked at from here on gets stale by no silence.
        mark(keys)
        if hasBeenAway { try await see(.connected) }
      case .disconnected(let error):
        hasBeenAway = true
        try await see(.disconnected(error))
      case .pushed(let message): take(message)
      }
    }
    try Task.checkCancellation()
  }

  private func take(_ message: JSON) {
    switch message["type"]?.string {
    case "lagged": mark(keys)
    case "event":
      if let key = subject.key(of: message) {
        mark([key])
      } else if message["worker"] == nil, message["job"] == nil {
        mark(keys)
      }
    default: break
    }
  }

  private func mark(_ keys: [Key]) {
    unread.formUnion(keys)
    wakeUp.yield()
  }

  // MARK: What it looks like

  private func look(_ see: @Sendable (Update) async throws -> Void) async throws {
    for await _ in wakeUps {
      var isAnswered = true
      while isAnswered, !unread.isEmpty {
        let batch = Array(unread.intersection(keys).sorted().prefix(subject.batch))
        guard !batch.isEmpty else {
          unread = []
          break
        }
        unread.subtract(batch)
        isAnswered = try await look(at: batch, see)
        if !isAnswered { unread.formUnion(batch) }
      }
      if keys.allSatisfy({ gone.contains($0) || views[$0].map(subject.isEnded) == true }) { return }
      try await Task.sleep(for: isTold && isAnswered ? subject.pause : Self.rhythm)
      if !isTold { mark(keys) } else if !unread.isEmpty { wakeUp.yield() }
    }
    try Task.checkCancellation()
  }

  /// - Returns: whether there was an answer.
  private func look(at batch: [Key], _ see: @Sendable (Update) async throws -> Void) async throws -> Bool {
    let found: [Key: View]
    do {
      found = try await subject.look(at: batch, through: client)
    } catch let error as ServerError where error.status != 503 {
      throw error
    } catch {
      try Task.checkCancellation()
      return false
    }
    for key in batch {
      guard let view = found[key] else { continue }
      let isNew = views[key].map { subject.isChanged($0, view) } ?? true
      views[key] = view
      if isNew { try await see(.changed(view)) }
    }
    let missing = batch.filter { found[$0] == nil && !gone.contains($0) }
    if !missing.isEmpty {
      gone.formUnion(missing)
      for key in missing { views[key] = nil }
      try await see(.missing(missing))
    }
    return true
  }
}
