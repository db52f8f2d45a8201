import BanyanClient
import BanyanJSON
import BanyanTerminal
import BanyanWire

/// The end of a run in words, on standard output.
struct RunSummary {
  /// Of more tasks than these only those that did not succeed are listed.
  private static let maxListed = 30
  /// So many bytes of the last tasks' output are shown.
  private static let maxBytes = 4096

  let session: Session
  let graphs: [Graph]
  let terminal: Terminal
  let logs: String?
  let ids: [String]
  let seen: [String: TaskView]
  let took: Duration

  func print() async throws {
    let listed = ids.count <= Self.maxListed ? ids : ids.filter { seen[$0]?.hasSucceeded != true }
    var table = Table([
      .init(title: "TASK", minWidth: 12), .init(title: "ENDED", minWidth: 10),
      .init(title: "TOOK", isRight: true, importance: 1),
    ])
    for id in listed.prefix(100) {
      guard let view = seen[id] else { continue }
      table.rows.append([
        Table.Cell(view.title), Table.Cell(view.ending, view.style), Table.Cell(try await duration(of: view)),
      ])
    }
    if !table.rows.isEmpty {
      table.print(on: terminal)
      Output.result("")
    }
    try await printOutputs()
    Output.result(headline)
    for graph in graphs { if let output = graph.output { Output.result("output: \(Escaping.shown(output))") } }
    if let logs { Output.result("logs:   \(logs)") }
  }

  private var headline: String {
    let succeeded = ids.count { seen[$0]?.hasSucceeded == true }
    let cancelled = ids.count { seen[$0]?.state == .cancelled }
    let failed = ids.count - succeeded - cancelled
    var words = ["\(succeeded) of \(ids.count) tasks succeeded"]
    if failed > 0 { words.append("\(failed) failed") }
    if cancelled > 0 { words.append("\(cancelled) cancelled") }
    let time = TimeSpan.text(took.components.seconds * 1000 + took.components.attoseconds / 1_000_000_000_000_000)
    let text = "\(words.joined(separator: ", ")) in \(time)"
    guard terminal.hasColour else { return text }
    return (succeeded == ids.count ? Style.good : .bad).applied(to: text)
  }

  /// How long the newest attempt ran.
  private func duration(of view: TaskView) async throws -> String {
    let answer = try await session.http.json(.get, "/tasks/\(view.id)/history", query: [LocalTime.query])
    guard let attempt = (answer["_items"]?.array ?? answer.array ?? []).last,
      let start = attempt["time_started"]?.string.flatMap({ WireDate.milliseconds($0) }),
      let end = attempt["time_terminated"]?.string.flatMap({ WireDate.milliseconds($0) })
    else { return "" }
    return TimeSpan.text(max(0, end - start))
  }

  /// Of each task of a graph, in the order of its numbers, whether something waits for it and whether it runs anything.
  private static func members(of graph: Graph) -> [(isAwaited: Bool, hasWork: Bool)] {
    let parents = Set(graph.tasks.flatMap(\.edges).map(\.parent))
    return graph.tasks.enumerated().flatMap { place, task in
      repeatElement((parents.contains(place), task.form.work != nil), count: task.count)
    }
  }

  /// What those printed that failed, or else those that nothing waits for (of a handful, all).
  private func printOutputs() async throws {
    let members = graphs.flatMap(Self.members)
    let failed = ids.filter { seen[$0]?.state == .terminated && seen[$0]?.hasSucceeded != true }
    let last = zip(members, ids).filter { (ids.count <= 3 || !$0.0.isAwaited) && $0.0.hasWork }.map(\.1)
    let shown = failed.isEmpty ? last : failed
    for id in shown.prefix(3) {
      guard let view = seen[id] else { continue }
      for stream in failed.isEmpty ? ["stdout"] : ["stdout", "stderr"] {
        let log = TaskLog(http: session.http, task: id)
        let bytes: [UInt8]
        do {
          bytes = try await log.read(stream, from: 0, limit: Self.maxBytes).bytes
        } catch is ServerError {
          // A task that never ran has none; and a log that is gone is no reason not to print the rest.
          continue
        }
        guard !bytes.isEmpty else { continue }
        Output.result("--- \(Escaping.shown(view.title)) (\(stream))")
        Output.result(bytes: bytes.last == UInt8(ascii: "\n") ? bytes : bytes + [UInt8(ascii: "\n")])
        if bytes.count == Self.maxBytes { Output.result("[...]") }
        Output.result("")
      }
    }
  }
}
