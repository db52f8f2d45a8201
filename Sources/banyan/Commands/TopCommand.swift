import ArgumentParser
import BanyanClient
import BanyanJSON

import Glibc

/// `banyan top`: shows the queue in figures that are drawn anew every few seconds.
struct TopCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "top", abstract: "The queue, live: figures, workers, what runs, what waits longest. Ctrl-C ends it.",
    usage: "banyan top", discussion: "Example: banyan top --every 5s")

  /// So many of what runs have their memory and CPU asked for.
  private static let maxRunning = 30
  private static let maxWaiting = 10
  /// So many jobs that have not ended are looked through, the oldest first.
  private static let maxJobs = 100

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  @Option(name: .long, help: ArgumentHelp("Between two looks.", valueName: "span"))
  var every = "2s"

  func run() async throws {
    let pause = try Quantities.duration(every, of: "--every")
    guard pause >= 100 else { throw UsageError("--every \(every): give 100ms or more") }
    let session = try Session(connection)
    let terminal = output.terminal(session.surroundings)
    let isDumb = session.surroundings.environment["TERM"] == "dumb"
    guard terminal.isOutputTerminal, !isDumb, output.isTable else {
      let picture = try await Self.picture(session)
      await session.http.close()
      if output.printed(picture.document) { return }
      for line in picture.lines(width: terminal.width, hasColour: terminal.hasColour) { Output.result(line) }
      return
    }
    try await Self.live(session, output, .milliseconds(pause))
    await session.http.close()
  }

  private static let enter = Array("\u{1B}[?1049h".utf8)
  private static let leave = Array("\u{1B}[?1049l".utf8)

  /// On the other screen, so that what stood on this one comes back, whatever ends it.
  private static func live(_ session: Session, _ output: OutputOptions, _ pause: Duration) async throws {
    let signals = Interrupts.stream([SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT, SIGWINCH])
    Output.result(bytes: enter)
    defer { Output.result(bytes: leave) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        while true {
          try await draw(session, output)
          try await Task.sleep(for: pause)
        }
      }
      group.addTask {
        for await number in signals {
          switch number {
          case SIGTSTP:
            Output.result(bytes: leave)
            kill(getpid(), SIGSTOP)
          case SIGCONT:
            Output.result(bytes: enter)
            try await draw(session, output)
          case SIGWINCH: try await draw(session, output)
          // How one leaves it.
          default: return
          }
        }
      }
      defer { group.cancelAll() }
      _ = try await group.next()
    }
  }

  private static func draw(_ session: Session, _ output: OutputOptions) async throws {
    let picture = try await picture(session)
    let terminal = output.terminal(session.surroundings)
    let lines = picture.lines(width: terminal.width, hasColour: terminal.hasColour)
    let shown = lines.prefix(max(1, terminal.height - 1)).map { "\($0)\u{1B}[K\r\n" }.joined()
    Output.result(bytes: Array("\u{1B}[H\(shown)\u{1B}[J".utf8))
  }

  private static func picture(_ session: Session) async throws -> TopPicture {
    let projection = ("projection", TaskListing.projection.encodedString())
    let statistics = try await session.http.json(.get, "/statistics", query: [LocalTime.query])
    let workers = try await session.list("/registered_workers", query: [LocalTime.query], limit: 100).items
    let live = #"{"state": {"$in": ["running", "pending_cancellation"]}}"#
    let running = try await session.list(
      "/tasks", query: [("where", live), ("sort", "started"), projection, LocalTime.query], limit: maxRunning)
    // By jobs, which are few, however many tasks wait.
    let alive = #"{"state": {"$in": ["running", "waiting"]}}"#
    let jobs = try await session.list(
      "/jobs", query: [("where", alive), ("sort", "number"), LocalTime.query], limit: maxJobs
    ).items.compactMap { JobView($0) }
    let waiting = jobs.filter { $0.count(.available) + $0.count(.inactive) > 0 }.prefix(maxWaiting)
    var picture = TopPicture(
      statistics: statistics, workers: workers, running: running.items, runningTotal: running.total,
      waiting: Array(waiting), now: LocalTime.now())
    picture.attempts = try await attempts(of: running.items, session)
    do {
      picture.glances = try await JobGlances.fetched(of: waiting.map(\.number), session.asking)
    } catch is ServerError {
      // An older server doesn't tell these: the rest is worth showing.
    }
    picture.names = try await TaskNames.fetched(in: waiting.map(picture.glances.reason), session.asking)
    return picture
  }

  /// The newest attempt of each, with what it uses.
  private static func attempts(of tasks: [JSON], _ session: Session) async throws -> [String: JSON] {
    try await withThrowingTaskGroup(of: (String, JSON?).self) { group in
      for id in tasks.compactMap({ $0["_id"]?.string }) {
        group.addTask {
          do {
            let answer = try await session.http.json(.get, "/tasks/\(id)/history", query: [LocalTime.query])
            return (id, answer["_items"]?.array?.last)
          } catch let error as ServerError where error.status == 404 {
            return (id, nil)
          }
        }
      }
      var found: [String: JSON] = [:]
      for try await (id, attempt) in group { found[id] = attempt }
      return found
    }
  }
}
