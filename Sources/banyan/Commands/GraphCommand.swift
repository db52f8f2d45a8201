import ArgumentParser
import BanyanClient
import BanyanJSON

/// A graph as a picture.
struct GraphCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "graph", abstract: "A graph as a picture: of a file, of tasks that were made.",
    usage: "banyan graph GRAPH.yaml|JOB|TASK -o text|dot|mermaid|svg",
    discussion: """
      A job is drawn whole, above \(GraphPicture.maxUnfolded) tasks by its families; of a task all in its job that waits \
      for it, near and far.

      Example: banyan graph seeds/fan.yaml -o svg > fan.svg
      """)

  @OptionGroup var connection: ConnectionOptions

  @Option(name: [.customShort("o"), .customLong("output")], help: "How to draw: text, dot, mermaid or svg.")
  var form = GraphPicture.Form.text

  @Option(name: .customLong("color"), help: "Colours: auto, always or never.")
  var colour = Terminal.Colour.auto

  @Argument(help: ArgumentHelp("A graph in YAML, a job, or a task.", valueName: "graph.yaml|selector"))
  var subject: String

  func run() async throws {
    let isFile = subject.hasSuffix(".yaml") || subject.hasSuffix(".yml")
    let picture = try await isFile ? ofFile() : ofServer()
    if form == .text || form == .svg, picture.nodes.count > GraphPicture.maxDrawn {
      throw UsageError("\(picture.nodes.count) tasks are more than a picture shows; `-o dot` writes them all")
    }
    let terminal = Terminal.current(environment: Surroundings.ofProcess().environment, colour: colour)
    let lines =
      switch form {
      case .text: picture.text(hasColour: terminal.hasColour)
      case .dot: picture.dot
      case .mermaid: picture.mermaid
      case .svg: picture.svg
      }
    for line in lines { Output.result(line) }
  }

  private func ofFile() throws -> GraphPicture {
    let graphs = try GraphLoading(surroundings: Surroundings.ofProcess(), export: "NONE").read([subject])
    return graphs.reduce(into: GraphPicture()) { $0.add($1) }
  }

  private func ofServer() async throws -> GraphPicture {
    let session = try Session(connection)
    let picture: GraphPicture
    switch try await session.selectors.parts([subject]).first {
    case nil: picture = GraphPicture()
    case let part? where part.members == nil: picture = try await whole(part.number, session)
    case let part?: picture = try await below(part, session)
    }
    await session.http.close()
    return picture
  }

  /// A job: its tasks, or of many its families.
  private func whole(_ number: Int64, _ session: Session) async throws -> GraphPicture {
    let job = try await session.jobs.job(number)
    guard job.taskCount > GraphPicture.maxUnfolded, !job.families.isEmpty else {
      return try await members(of: number, session).picture
    }
    let answer = try await session.http.json(.get, "/jobs/\(number)/graph", query: [("by", "family")])
    var picture = GraphPicture()
    for family in answer["families"]?.array ?? [] {
      let count = family["count"]?.integer ?? 1
      let name = family["name"]?.string ?? job.title
      picture.add(count > 1 ? "\(name) (\(count))" : name, state: Self.state(family["counts"]))
    }
    for (parent, child) in Self.edges(answer) { picture.connectIfThere(parent - 1, to: child - 1) }
    return picture
  }

  /// What stands for all of a family: what goes on first, then what went wrong.
  private static func state(_ counts: JSON?) -> String {
    func has(_ name: String) -> Bool { counts?[name]?.integer ?? 0 > 0 }
    if has("running") || has("pending_cancellation") { return "running" }
    if has("available") || has("inactive") || has("held") { return "waiting" }
    if has("failed") { return "failed" }
    return has("cancelled") ? "cancelled" : "succeeded"
  }

  /// A task and all in its job that waits for it, near and far.
  private func below(_ part: JobPart, _ session: Session) async throws -> GraphPicture {
    let all = try await members(of: part.number, session)
    var children: [Int64: [Int64]] = [:]
    for (parent, child) in all.edges { children[parent, default: []].append(child) }
    var known: Set<Int64> = []
    var next = (part.members ?? []).flatMap { Array($0.clamped(to: 1...Int64(all.places.count + 1))) }
    while let member = next.popLast() {
      guard all.places[member] != nil, known.insert(member).inserted else { continue }
      next += children[member] ?? []
    }
    guard !known.isEmpty else {
      throw NotFound(
        "job \(part.number) has no member \(JobReading.text(of: part.members ?? [])); `banyan list \(part.number)` shows them"
      )
    }
    return try await members(of: part.number, only: known, session).picture
  }

  /// The tasks of a job, and what waits for what among them.
  private struct Drawn {
    var picture = GraphPicture()
    var places: [Int64: Int] = [:]
    var edges: [(parent: Int64, child: Int64)] = []
  }

  private static let projection: (String, String) = (
    "projection", #"{"name": 1, "state": 1, "outcome": 1, "cause": 1, "member": 1}"#
  )

  private func members(of job: Int64, only chosen: Set<Int64>? = nil, _ session: Session) async throws -> Drawn {
    var drawn = Drawn()
    for item in try await session.jobs.tasks(of: job, query: [Self.projection]) {
      guard let view = TaskView(item), let member = item["member"]?.integer, chosen?.contains(member) ?? true else {
        continue
      }
      drawn.places[member] = drawn.picture.add(view.title, state: view.stateWord)
    }
    for (parent, child) in Self.edges(try await session.http.json(.get, "/jobs/\(job)/graph")) {
      drawn.edges.append((Int64(parent), Int64(child)))
      guard let from = drawn.places[Int64(parent)], let to = drawn.places[Int64(child)] else { continue }
      drawn.picture.connect(from, to: to)
    }
    return drawn
  }

  private static func edges(_ answer: JSON) -> [(Int, Int)] {
    (answer["edges"]?.array ?? []).compactMap { edge in
      guard let parent = edge[0]?.integer, let child = edge[1]?.integer else { return nil }
      return (Int(parent), Int(child))
    }
  }
}

extension GraphPicture.Form: ExpressibleByArgument {}
