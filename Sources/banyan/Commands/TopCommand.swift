import ArgumentParser
import BanyanClient
import BanyanJSON

/// `banyan top`: shows the queue in figures that are drawn anew every few seconds.
struct TopCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "top", abstract: "The queue, live: figures, workers, what runs. Ctrl-C ends it.",
    usage: "banyan top", discussion: "Example: banyan top --every 5s")

  @OptionGroup var connection: ConnectionOptions

  @Option(name: .long, help: ArgumentHelp("Between two looks.", valueName: "span"))
  var every = "2s"

  func run() async throws {
    let pause = try Quantities.duration(every, of: "--every")
    guard pause >= 100 else { throw UsageError("--every \(every): give 100ms or more") }
    let session = try Session(connection)
    let surroundings = session.surroundings
    let isLive = Terminal.current(environment: surroundings.environment).isOutputTerminal
    guard isLive else {
      for line in try await Self.picture(session).lines { Output.result(line) }
      return await session.http.close()
    }
    // The other screen, so that what stood on this one comes back.
    Output.result(bytes: Array("\u{1B}[?1049h".utf8))
    defer { Output.result(bytes: Array("\u{1B}[?1049l".utf8)) }
    do {
      try await Interrupts.interruptible {
        while true {
          let (lines, terminal) = try await Self.picture(session)
          let shown = lines.prefix(max(1, terminal.height - 1)).map { "\($0)\u{1B}[K\r\n" }.joined()
          Output.result(bytes: Array("\u{1B}[H\(shown)\u{1B}[J".utf8))
          try await Task.sleep(for: .milliseconds(pause))
        }
      }
    } catch is Interruption {
      // How one leaves it.
    }
    await session.http.close()
  }

  private static func picture(_ session: Session) async throws -> (lines: [String], terminal: Terminal) {
    let terminal = Terminal.current(environment: session.surroundings.environment)
    let statistics = try await session.http.json(.get, "/statistics")
    let workers = try await session.list("/registered_workers", limit: 100).items
    let query = [
      ("where", #"{"state": {"$in": ["running", "pending_cancellation"]}}"#), ("sort", "-_id"),
      ("projection", TaskListing.projection.encodedString()),
    ]
    let running = try await session.list("/tasks", query: query, limit: 100)
    var lines = StatisticsTables(statistics: statistics).lines(width: terminal.width, hasColour: terminal.hasColour)
    if !workers.isEmpty {
      let table = WorkerTable.table(of: workers)
      lines += [""] + table.lines(width: terminal.width, hasColour: terminal.hasColour)
    }
    if !running.items.isEmpty {
      let table = TaskListing(isWide: false).table(of: running.items)
      lines += [""] + table.lines(width: terminal.width, hasColour: terminal.hasColour)
    }
    return (lines, terminal)
  }
}
