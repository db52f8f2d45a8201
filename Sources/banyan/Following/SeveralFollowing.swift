import BanyanClient
import BanyanJSON
import BanyanTerminal

/// Follows the output of several tasks until all have ended: whole lines, each with its task in front, as they come.
struct SeveralFollowing {
  /// So many tasks are asked about by one request.
  private static let batch = 128
  /// Between two looks, and how much longer it gets with each task that runs: many of them are asked less often.
  private static let rhythm = Duration.milliseconds(500)
  private static let more = Duration.milliseconds(15)

  let session: Session
  let choice: LogChoice
  private var followed: [Followed]
  /// The server does not answer, as was said.
  private var isAway = false

  private struct Followed {
    var view: TaskView
    var printer: WovenPrinter
    var attempt: Int64 = 0
    var isDone = false
    var isIncomplete = false
    /// Why nothing is printed of it at the moment, as it was said.
    var waiting: String?
  }

  /// How they ended, and whether all their bytes are out.
  struct End: Sendable {
    var views: [TaskView]
    var isWhole: Bool
  }

  init(session: Session, choice: LogChoice, sources: [LogSource]) {
    self.session = session
    self.choice = choice
    followed = sources.map { source in
      Followed(
        view: source.view,
        printer: choice.printer(source.log(session.http), title: source.view.handle),
        isDone: source.isLost || (source.view.isEnded && source.origin.claims == 0), isIncomplete: source.isLost)
    }
  }

  mutating func run() async throws -> End {
    while true {
      var live = 0
      do {
        try await look()
        for place in followed.indices where !followed[place].isDone {
          if followed[place].view.state.isLive { live += 1 }
          try await print(place)
        }
        isAway = false
      } catch let error as ServerError where error.status == 503 {
        say("\(error.message) Waiting")
      } catch let error as ConnectionError {
        say("\(error); waiting for the server to come back")
      }
      if followed.allSatisfy(\.isDone) {
        return End(views: followed.map(\.view), isWhole: !followed.contains { $0.isIncomplete })
      }
      try await Task.sleep(for: Self.rhythm + Self.more * live)
    }
  }

  /// How those stand that go on.
  private mutating func look() async throws {
    let open = followed.indices.filter { !followed[$0].isDone && !followed[$0].view.isEnded }
    for start in stride(from: 0, to: open.count, by: Self.batch) {
      let part = open[start..<min(start + Self.batch, open.count)]
      let filter: JSON = ["_id": ["$in": .array(part.map { .string(followed[$0].view.id) })]]
      let answer = try await session.http.json(
        .get, "/tasks",
        query: [
          ("where", filter.encodedString()), ("max_results", "\(Self.batch)"), ("replaced", "true"),
          ("projection", LogSource.projection.encodedString()),
        ])
      let views = (answer["_items"]?.array ?? []).compactMap { TaskView($0) }
      let known = Dictionary(views.map { ($0.id, $0) }) { first, _ in first }
      for place in part {
        if let view = known[followed[place].view.id] {
          followed[place].view = view
        } else {
          Output.complaint("\(followed[place].view.handle): it is forgotten")
          (followed[place].isDone, followed[place].isIncomplete) = (true, true)
        }
      }
    }
  }

  private mutating func print(_ place: Int) async throws {
    var one = followed[place]
    defer { followed[place] = one }
    let newest = one.view.claims
    let isTakenOver = newest == 0 && one.view.takenOverFrom != nil
    guard newest > 0 || isTakenOver else {
      if one.view.isEnded { one.isDone = true }
      return
    }
    do {
      var progress = LogProgress.going
      if one.attempt == 0 || (newest > one.attempt && !isTakenOver) {
        if one.attempt > 0 { _ = try await one.printer.printNew(isPatient: false) }
        progress = try await one.printer.begin(
          isTakenOver ? nil : newest, tail: one.attempt == 0 ? choice.tail : nil, isPatient: true)
        if progress == .going { one.attempt = max(1, newest) }
      }
      if progress == .going { progress = try await one.printer.printNew(isPatient: true) }
      if case .waiting(let words) = progress {
        if one.waiting == nil { Output.complaint("\(one.view.handle): \(words) Waiting for it to come back") }
        one.waiting = words
      } else {
        one.waiting = nil
      }
      if progress == .complete, one.view.isEnded {
        one.printer.finish()
        (one.isDone, one.isIncomplete) = (true, one.printer.isIncomplete)
      }
    } catch let error as ServerError where [404, 410].contains(error.status) {
      Output.complaint("\(one.view.handle): \(error.message)")
      (one.isDone, one.isIncomplete) = (true, true)
    }
  }

  /// The same trouble is said once, until something has gone well again.
  private mutating func say(_ words: String) {
    if !isAway { Output.complaint(words) }
    isAway = true
  }
}
