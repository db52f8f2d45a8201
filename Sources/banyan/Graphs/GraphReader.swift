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
    /// The folder that tasks run in which don't say one, as `--cwd` names it; nil: the graph's own.
    var taskFolder: String?
    /// What `--set` says.
    var settings = GraphSettings.none
  }

  let file: String
  let context: Context
  private(set) var problems: [GraphError.Problem] = []
  /// The file as it stands there.
  private let source: YAMLSource
  /// What `params:` says: the texts that `{name}` stands for.
  private var parameters = TextMap()
  /// The parameters of the family that is being read, which go before those.
  var familyParameters: [String] = []
  /// The names in `--set` that meant something.
  private var used: Set<CodePoints> = []
  /// So much may merge keys take over.
  private var budget = 20_000_000

  private init(_ yaml: String, file: String, context: Context) {
    self.file = file
    self.context = context
    source = YAMLSource(yaml)
  }

  /// - Parameter file: the path as it was typed: it stands before each mistake.
  static func read(_ yaml: String, file: String, context: Context) throws -> Graph {
    var reader = GraphReader(yaml, file: file, context: context)
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
      return try YAMLReading.compose(yaml, source)
    } catch {
      throw GraphError(problems: [.init(file: file, place: error.place, message: error.message)])
    }
  }

  // MARK: The top level

  private static let topKeys = ["name", "output", "params", "defaults", "tasks"]

  private mutating func graph(_ root: Node) -> Graph? {
    guard let members = mapping(root, "a graph: give `tasks:`, and perhaps `name:` and `defaults:`") else { return nil }
    var graph = Graph(file: file, tasks: [])
    var defaults: [YAMLReading.Member]?
    var tasks: [YAMLReading.Member]?
    // First, because the others may use it.
    if let params = members.first(where: { $0.key.scalar?.string == "params" }) { readParameters(params.value) }
    for (key, value) in members {
      switch key.scalar?.string {
      case "params": break
      // As other tools have them: a place for anchors.
      case let word? where word.hasPrefix("x-"): break
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
    checkSettings(graph)
    return graph
  }

  /// Texts by their names, which `{name}` stands for in all of the graph.
  private mutating func readParameters(_ node: Node) {
    for (key, value) in mapping(node, "give names and texts, as in `params: {part: aa}`") ?? [] {
      guard let name = text(key, "params"), let text = text(value, "params.\(name)") else { continue }
      guard ExportedEnvironment.isName(name) else {
        note(key, "params.\(name): use letters, digits and _, and no digit first")
        continue
      }
      parameters[name] = text
      if let set = setting(of: name) { parameters[name] = set }
    }
  }

  private mutating func setting(of name: String) -> String? {
    guard let text = context.settings.text(of: name) else { return nil }
    used.insert(CodePoints(name))
    return text
  }

  /// The values that `--set` gives an axis instead of its own; nil: it gives it none.
  mutating func settings(of axis: String) throws -> [String]? {
    guard let values = try context.settings.values(of: axis) else { return nil }
    used.insert(CodePoints(axis))
    return values
  }

  /// What `--set` names must be there: a mistyped name would change nothing, in silence.
  private mutating func checkSettings(_ graph: Graph) {
    guard let stray = context.settings.names.first(where: { !used.contains(CodePoints($0)) }) else { return }
    let known = parameters.map(\.key) + graph.tasks.flatMap { $0.form.parameters?.names ?? [] }
    let meant = Spelling.nearest(to: stray, among: known).map { "did you mean '\($0)'?" }
    problems.append(
      .init(
        file: file, place: nil,
        message: "--set \(stray): no axis of a matrix and no entry of `params:` is called so"
          + "; \(meant ?? (known.isEmpty ? "this graph has none" : "there are \(known.joined(separator: ", "))"))"))
  }

  private func base(_ graph: Graph) -> TaskForm {
    var form = TaskForm()
    form.workingDirectory = context.taskFolder ?? graph.output ?? context.workingDirectory
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
    let place = node.mark.map { TextPlace(line: $0.line, column: $0.column) }
    let problem = GraphError.Problem(file: file, place: place, message: message)
    // A mistake in the defaults is one, however many tasks take it over, and so is one key however it is looked at.
    if place == nil || !problems.contains(where: { $0.place == place }) { problems.append(problem) }
  }

  /// - Parameter synonyms: what other tools call a key.
  mutating func unknown(_ key: Node, among known: [String], of what: String, synonyms: [String: String] = [:]) {
    guard let word = key.scalar?.string else { return note(key, "a key should be a text") }
    let meant = (synonyms[word] ?? Spelling.nearest(to: word, among: known)).map { "did you mean '\($0)'?" }
    note(key, "'\(word)' is no key of \(what); \(meant ?? "the keys are \(known.joined(separator: ", "))")")
  }

  /// Keys and values, with those that merge keys take over.
  mutating func mapping(_ node: Node, _ remedy: String) -> [YAMLReading.Member]? {
    guard let mapping = node.mapping else {
      note(node, "\(Self.kind(node)) where keys and values should be: \(remedy)")
      return nil
    }
    if let tag = source.tag(of: node) { note(at: tag, Self.words(of: .tag)) }
    do {
      return try YAMLReading.members(of: mapping, &budget)
    } catch {
      problems.append(.init(file: file, place: error.place, message: error.message))
      return nil
    }
  }

  /// A text, with what `params:` says in the places of its names.
  mutating func text(_ node: Node, _ key: String) -> String? {
    guard let scalar = node.scalar else {
      note(node, "\(key): \(Self.kind(node)); give a text")
      return nil
    }
    if let tag = source.tag(of: node) { note(at: tag, "\(key): \(Self.words(of: .tag))") }
    guard !parameters.isEmpty, Placeholders.mayHave(scalar.string) else { return scalar.string }
    // What the family's own parameters stand for is filled in where its tasks are claimed.
    let names = parameters.map(\.key).filter { name in !familyParameters.contains { $0.isSame(as: name) } }
    return Placeholders.filled(scalar.string, names, names.map { parameters[$0] ?? "" })
  }

  /// A text that becomes a command: nothing of it may be lost on the way.
  mutating func command(_ node: Node, _ key: String) -> String? {
    if let scalar = node.scalar {
      if let (loss, place) = source.loss(of: scalar) {
        note(at: place, "\(key): \(Self.words(of: loss))")
        return nil
      }
    } else {
      note(
        node,
        "\(key): \(Self.kind(node)); write a command with braces or brackets in quotes, or as a block: `\(key): |`, and it below"
      )
      return nil
    }
    return text(node, key)
  }

  private static func words(of loss: YAMLSource.Loss) -> String {
    switch loss {
    case .tag: "YAML takes ! for a tag and drops it; write the text in quotes, or as a block (|)"
    case .comment:
      "YAML takes # for a comment and drops what follows; write it in quotes, or as a block: `run: |`, and it below"
    case .fold:
      "YAML makes a blank of the end of the line behind this backslash; write it as a block: `run: |`, and it below"
    }
  }

  private mutating func note(at place: TextPlace, _ message: String) {
    let problem = GraphError.Problem(file: file, place: place, message: message)
    if !problems.contains(where: { $0.place == place }) { problems.append(problem) }
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
    guard let members = mapping(node, "give names and texts, as in `\(key): {A: b}`") else { return nil }
    var texts = TextMap()
    for (name, value) in members {
      guard let name = text(name, key), let value = text(value, "\(key).\(name)") else { continue }
      texts[name] = value
    }
    return texts
  }

  mutating func integer(_ node: Node, _ key: String) -> Int64? {
    guard let text = text(node, key) else { return nil }
    // As people write numbers: `08` and `+3` are texts.
    guard let number = Int64(text), "\(number)" == text else {
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
