import BanyanCore
import BanyanWire
import Yams

/// Reads a graph in YAML. It goes on after a mistake, so that a person hears of all of them at once.
struct GraphReader {
  /// Where the graph is read, and for whom.
  struct Context {
    /// The folder one stands in: tasks run there unless the graph says otherwise.
    var workingDirectory: String
    /// The variables that travel with every task.
    var environment: TextMap
  }

  let file: String
  let context: Context
  private(set) var problems: [GraphError.Problem] = []

  private init(file: String, context: Context) {
    self.file = file
    self.context = context
  }

  /// - Parameter file: the path as it was typed: it stands before each mistake.
  static func read(_ yaml: String, file: String, context: Context) throws -> Graph {
    var reader = GraphReader(file: file, context: context)
    guard let root = try reader.compose(yaml) else {
      throw GraphError(problems: [.init(file: file, place: nil, message: "the file holds no graph; give `tasks:`")])
    }
    let graph = reader.graph(root)
    guard reader.problems.isEmpty, var graph else { throw GraphError(problems: reader.inOrder) }
    var check = GraphCheck(file: file)
    check.check(&graph)
    guard check.problems.isEmpty else { throw GraphError(problems: check.problems) }
    return graph
  }

  private var inOrder: [GraphError.Problem] {
    problems.sorted { ($0.place?.line ?? 0, $0.place?.column ?? 0) < ($1.place?.line ?? 0, $1.place?.column ?? 0) }
  }

  private func compose(_ yaml: String) throws -> Node? {
    do {
      return try Yams.compose(yaml: yaml)
    } catch let error as YamlError {
      throw GraphError(problems: [Self.problem(error, file: file)])
    } catch {
      throw GraphError(problems: [.init(file: file, place: nil, message: "\(error)")])
    }
  }

  private static func problem(_ error: YamlError, file: String) -> GraphError.Problem {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return .init(
        file: file, place: GraphPlace(line: mark.line, column: mark.column), message: "this is not YAML: \(problem)")
    case .duplicatedKeysInMapping(let duplicates, let context):
      let names = duplicates.map { "'\($0)'" }.joined(separator: ", ")
      return .init(
        file: file, place: GraphPlace(line: context.mark.line, column: context.mark.column),
        message: "the key \(names) stands here twice; keep one")
    case .reader(let problem, _, _, _):
      return .init(file: file, place: nil, message: "this is not YAML: \(problem)")
    default:
      return .init(file: file, place: nil, message: "this is not YAML: \(error)")
    }
  }

  // MARK: The top level

  private static let topKeys = ["name", "output", "defaults", "tasks"]

  private mutating func graph(_ root: Node) -> Graph? {
    guard let members = mapping(root, "a graph: give `tasks:`, and perhaps `name:` and `defaults:`") else { return nil }
    var graph = Graph(file: file, tasks: [])
    var defaults: Node.Mapping?
    var tasks: Node.Mapping?
    for (key, value) in members {
      switch key.scalar?.string {
      case "name":
        graph.name = text(value, "name")
        if let trouble = graph.name.flatMap({ JobName.trouble(with: $0) }) { note(value, "name: \(trouble)") }
      case "output": graph.output = text(value, "output").map { absolute($0) }
      case "defaults": defaults = mapping(value, "the keys that every task has unless it says otherwise")
      case "tasks": tasks = mapping(value, "tasks by their names: `first: {run: echo hello}`")
      default: unknown(key, among: Self.topKeys, of: "a graph")
      }
    }
    guard let tasks else {
      if problems.isEmpty { note(root, "no tasks; give some, as in `tasks: {first: {run: echo hello}}`") }
      return nil
    }
    if tasks.isEmpty { note(root, "no tasks; give some, as in `tasks: {first: {run: echo hello}}`") }
    let reader = TaskKeys(base: base(graph))
    var made: [Graph.Task] = []
    var count = 0
    for (key, value) in tasks {
      guard let name = key.scalar?.string, !name.isEmpty else {
        note(key, "a task's name should be a text")
        continue
      }
      guard let task = reader.task(named: name, key, value, defaults: defaults, &self) else { continue }
      made.append(task)
      count += task.count
      guard count <= Graph.maxTasks else {
        note(key, "more than \(Graph.maxTasks) tasks up to here, which is the most that a graph may have")
        return nil
      }
    }
    if let defaults { reader.check(defaults: defaults, &self) }
    graph.tasks = made
    return graph
  }

  private func base(_ graph: Graph) -> TaskForm {
    var form = TaskForm()
    form.workingDirectory = graph.output ?? context.workingDirectory
    form.environment = context.environment
    form.environment["BANYAN_GRAPH_DIR"] = folder
    return form
  }

  /// The folder that the file lies in, absolute: what lies beside a graph is found by it.
  private var folder: String {
    let path = absolute(file, in: context.workingDirectory)
    guard let slash = path.lastIndex(of: "/") else { return context.workingDirectory }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The path of a file that the graph names; it lies beside it.
  func besideGraph(_ path: String) -> String { absolute(path, in: folder) }

  private func absolute(_ path: String) -> String { absolute(path, in: context.workingDirectory) }

  func absolute(_ path: String, in folder: String) -> String {
    var rest = path[...]
    while rest.hasPrefix("./") { rest = rest.dropFirst(2) }
    if rest.hasPrefix("/") { return String(rest) }
    if rest == "." || rest.isEmpty { return folder }
    return folder.hasSuffix("/") ? folder + rest : folder + "/" + rest
  }

  // MARK: Reading nodes

  mutating func note(_ node: Node, _ message: String) {
    let place = node.mark.map { GraphPlace(line: $0.line, column: $0.column) }
    let problem = GraphError.Problem(file: file, place: place, message: message)
    // A mistake in the defaults is one, however many tasks take it over, and so is one key however it is looked at.
    if place == nil || !problems.contains(where: { $0.place == place }) { problems.append(problem) }
  }

  mutating func unknown(_ key: Node, among known: [String], of what: String) {
    guard let word = key.scalar?.string else { return note(key, "a key should be a text") }
    let meant = Spelling.nearest(to: word, among: known).map { "did you mean '\($0)'?" }
    note(key, "'\(word)' is no key of \(what); \(meant ?? "the keys are \(known.joined(separator: ", "))")")
  }

  mutating func mapping(_ node: Node, _ remedy: String) -> Node.Mapping? {
    guard let mapping = node.mapping else {
      note(node, "\(Self.kind(node)) where keys and values should be: \(remedy)")
      return nil
    }
    return mapping
  }

  mutating func text(_ node: Node, _ key: String) -> String? {
    guard let scalar = node.scalar else {
      note(node, "\(key): \(Self.kind(node)); give a text")
      return nil
    }
    return scalar.string
  }

  /// One text, or a list of them.
  mutating func texts(_ node: Node, _ key: String) -> [String]? {
    guard let sequence = node.sequence else {
      // `after:` with nothing behind it is an empty list, as people comment things out.
      if let scalar = node.scalar, scalar.string.isEmpty, scalar.style == .plain { return [] }
      return text(node, key).map { [$0] }
    }
    return sequence.compactMap { text($0, key) }
  }

  mutating func texts(of node: Node, _ key: String) -> TextMap? {
    guard let mapping = mapping(node, "give names and texts, as in `\(key): {A: b}`") else { return nil }
    var texts = TextMap()
    for (name, value) in mapping {
      guard let name = text(name, key), let value = text(value, "\(key).\(name)") else { continue }
      texts[name] = value
    }
    return texts
  }

  mutating func integer(_ node: Node, _ key: String) -> Int64? {
    guard let text = text(node, key) else { return nil }
    guard let number = Int64(text) else {
      note(node, "\(key): '\(text)' is no whole number")
      return nil
    }
    return number
  }

  mutating func flag(_ node: Node, _ key: String) -> Bool? {
    switch text(node, key) {
    case "true": return true
    case "false": return false
    case nil: return nil
    case let text?:
      note(node, "\(key): '\(text)' should be true or false")
      return nil
    }
  }

  static func kind(_ node: Node) -> String {
    switch node {
    case .mapping: "keys and values"
    case .sequence: "a list"
    default: "a text"
    }
  }
}
