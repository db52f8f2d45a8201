import ArgumentParser
import BanyanClient
import BanyanCore
import BanyanJSON

/// A graph as a picture.
struct GraphCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "graph", abstract: "A graph as a picture: of a file, of tasks that were made.",
    usage: "banyan graph GRAPH.yaml|JOB|TASK -o text|dot|mermaid|svg",
    discussion: """
      A job is drawn whole; of a task all that waits for it, near and far.

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
    let items: [Item]
    switch try await session.selectors.resolve(subject) {
    case .job(let number): items = try await members(of: number, session)
    case let selection: items = try await descent(of: session.selectors.ids(of: selection), session)
    }
    await session.http.close()
    var picture = GraphPicture()
    var places: [String: Int] = [:]
    for item in items.sorted(by: { $0.view.id < $1.view.id }) {
      places[item.view.id] = picture.add(item.view.title, state: item.view.stateWord)
    }
    for item in items {
      guard let parent = places[item.view.id] else { continue }
      for child in item.continuations { if let child = places[child] { picture.connect(parent, to: child) } }
    }
    return picture
  }

  private typealias Item = (view: TaskView, continuations: [String])

  private static let projection: (String, String) = (
    "projection", #"{"name": 1, "state": 1, "outcome": 1, "cause": 1, "continuations": 1}"#
  )

  private func members(of job: Int64, _ session: Session) async throws -> [Item] {
    Self.items(try await session.list("/jobs/\(job)/tasks", query: [Self.projection]).items)
  }

  private func tasks(_ filter: JSON, _ session: Session) async throws -> [Item] {
    let query = [("where", filter.encodedString()), ("sort", "_id"), Self.projection]
    return Self.items(try await session.list("/tasks", query: query).items)
  }

  private static func items(_ documents: [JSON]) -> [Item] {
    documents.compactMap { item in
      TaskView(item).map { ($0, item["continuations"]?.array?.compactMap(\.string) ?? []) }
    }
  }

  /// Tasks and all that waits for them, step by step.
  private func descent(of ids: [String], _ session: Session) async throws -> [Item] {
    var found: [Item] = []
    var known = Set(ids)
    var next = ids
    while !next.isEmpty {
      let batch = Array(next.prefix(200))
      next.removeFirst(batch.count)
      let items = try await tasks(["_id": ["$in": .array(batch.map(JSON.string))]], session)
      found += items
      for child in items.flatMap(\.continuations) where known.insert(child).inserted { next.append(child) }
    }
    guard !found.isEmpty else { throw NotFound("there is no task \(ids.first ?? "")") }
    return found
  }
}

extension GraphPicture.Form: ExpressibleByArgument {}
