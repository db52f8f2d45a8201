import BanyanCore
import BanyanJSON
import BanyanWire
import Yams

/// Reads the keys of what stands under one name of a graph. Its matrix stays one: what its tasks differ in is filled in
/// where they are claimed.
struct TaskKeys {
  /// What a task has before any key.
  let base: TaskForm

  /// All keys: those of the work, of resources and of the graph, and the words of the fields.
  static let keys =
    [
      "run", "arguments", "env", "matrix", "after", "cores", "memory", "gpus", "gpu_memory", "gpu_compute_capability",
      "resources", "requested_resources", "cwd", "hold", "max_running", "stop_after_failures",
    ] + values.keys.sorted()
  /// The fields that are their values and nothing more, by their words; where a graph has none for one, by its name.
  private static let values = Dictionary(
    uniqueKeysWithValues: (WrittenValue.fields + [.maxLossCount]).map { ($0.word ?? $0.name, $0) })
  /// The task model's own names of fields, which are taken beside the words: `working_directory` as `cwd`.
  private static let models: [String: String] = {
    var words = ["command": "run", "environment": "env", "working_directory": "cwd", "held": "hold"]
    for (word, field) in values where field.name != word { words[field.name] = word }
    return words
  }()
  /// What other tools call a key.
  private static let synonyms = [
    "cmd": "run", "script": "run", "shell": "run", "args": "arguments", "needs": "after", "depends": "after",
    "depends_on": "after", "requires": "after", "dependencies": "after", "cpus": "cores", "cpu": "cores",
    "threads": "cores", "mem": "memory", "ram": "memory", "gpu": "gpus", "timeout": "time_limit", "time": "time_limit",
    "walltime": "time_limit", "dir": "cwd", "workdir": "cwd", "chdir": "cwd", "partition": "queue",
    "max_retries": "retries", "foreach": "matrix", "array": "matrix", "params": "matrix",
  ]
  /// The limits of a family, which is a task with a matrix.
  private static let arrayKeys: Set = ["max_running", "stop_after_failures"]

  /// The keys that several tasks can share.
  private static let defaultKeys = keys.filter {
    !["run", "arguments", "matrix", "after"].contains($0) && !arrayKeys.contains($0)
  }

  /// What stands under one name: one task, or all of a matrix; nil after a mistake.
  func task(
    named name: String, _ key: Node, _ value: Node, defaults: [YAMLReading.Member]?, _ reader: inout GraphReader
  ) -> Graph.Task? {
    // `name:` with nothing behind it is a group that waits for nothing.
    guard value.mapping != nil || isEmpty(value) else {
      reader.note(value, "\(GraphReader.kind(value)) where a task should be; give keys, as in `\(name): {run: ...}`")
      return nil
    }
    guard let members = value.mapping == nil ? [] : reader.mapping(value, "") else { return nil }
    var said = Graph.Said(own: Self.words(of: members))
    var all: [(key: Node, value: Node)] = []
    if let defaults {
      let own = Set(members.compactMap { Self.word(of: $0.key) })
      let isGroup = !own.contains("run") && !own.contains("arguments")
      // A group has no resources, and nothing that needs a command.
      if !isGroup {
        all += defaults.filter { !own.contains(Self.word(of: $0.key) ?? "") || Self.word(of: $0.key) == "env" }
        said.byDefault = Self.words(of: defaults)
      }
    }
    all += members
    let matrix = all.last { $0.key.scalar?.string == "matrix" }
    let after = all.last { $0.key.scalar?.string == "after" }
    var parameters: FamilyParameters?
    reader.familyParameters = []
    if let matrix {
      guard let read = Matrix.read(matrix.value, &reader) else { return nil }
      parameters = read
      reader.familyParameters = read.names
    }
    let limit = members.first { Self.arrayKeys.contains($0.key.scalar?.string ?? "") }?.key
    if let limit, matrix == nil {
      reader.note(limit, "\(limit.scalar?.string ?? "") is of a task with a matrix; give `matrix:`, or leave it out")
    }
    let form = form(all, named: name, key, parameters, &reader)
    return Graph.Task(
      form: form, place: Self.place(of: key), afterPlace: after.flatMap { Self.place(of: $0.value) }, said: said)
  }

  /// A key as a graph has it, whichever of its names it goes by.
  private static func word(of key: Node) -> String? { key.scalar.map { models[$0.string] ?? $0.string } }

  /// The words that members say, and the names in those that hold names.
  private static func words(of members: [YAMLReading.Member]) -> Set<String> {
    var words: Set<String> = []
    for (key, value) in members {
      guard let word = word(of: key) else { continue }
      words.insert(word)
      for (name, _) in value.mapping ?? [:] { if let name = name.scalar?.string { words.insert("\(word).\(name)") } }
      if word == "requested_resources" { words.formUnion(spelled(value)) }
    }
    return words
  }

  /// The words of a graph for what the task model's own object of resources says.
  private static func spelled(_ value: Node) -> [String] {
    (value.mapping ?? [:]).flatMap { spelled($0.key, $0.value) }
  }

  private static func spelled(_ key: Node, _ value: Node) -> [String] {
    switch key.scalar?.string {
    case "cpu_memory_bytes", "memory": ["memory"]
    case "cpu_cores", "cores": ["cores"]
    case "gpu_count", "gpus": ["gpus"]
    case "gpu_memory_bytes", "gpu_memory": ["gpu_memory"]
    case "custom": ["resources"] + (value.mapping ?? [:]).compactMap { $0.key.scalar.map { "resources.\($0.string)" } }
    default: []
    }
  }

  /// Says what is wrong in the defaults themselves, where no task would meet it.
  func check(defaults: [YAMLReading.Member], _ reader: inout GraphReader) {
    for (key, _) in defaults where !Self.defaultKeys.contains(Self.word(of: key) ?? "") {
      if let word = key.scalar?.string, Self.keys.contains(Self.models[word] ?? word) {
        reader.note(key, "'\(word)' belongs to one task and can't be a default")
      } else {
        reader.unknown(key, among: Self.defaultKeys, of: "defaults", synonyms: Self.synonyms)
      }
    }
  }

  private static func place(of node: Node) -> TextPlace? {
    node.mark.map { TextPlace(line: $0.line, column: $0.column) }
  }

  private func isEmpty(_ node: Node) -> Bool { node.scalar.map { $0.string.isEmpty && $0.style == .plain } ?? false }

  private func form(
    _ members: [(key: Node, value: Node)], named name: String, _ key: Node, _ parameters: FamilyParameters?,
    _ reader: inout GraphReader
  ) -> TaskForm {
    var form = base
    form.parameters = parameters
    form.name = name
    var nodes: [String: Node] = [:]
    var names: [String: String] = [:]
    for (key, value) in members {
      guard let written = key.scalar?.string, let word = Self.word(of: key), Self.keys.contains(word) else {
        reader.unknown(key, among: Self.keys, of: "a task", synonyms: Self.synonyms)
        continue
      }
      if let other = names[word], other != written {
        reader.note(key, "\(written): the same as \(other), which stands here too; keep one")
      }
      names[word] = written
      nodes[word] = value
      if word == "requested_resources" {
        for (key, value) in value.mapping ?? [:] {
          for word in Self.spelled(key, value) where !word.contains(".") { nodes[word] = value }
        }
      }
      read(word, value, isModels: written != word || word == ProvidedField.maxLossCount.name, into: &form, &reader)
    }
    if nodes["run"] != nil, let arguments = nodes["arguments"] {
      reader.note(arguments, "arguments: given beside run; run is a line for a shell, arguments is none: keep one")
    }
    if form.work == nil {
      form.environment = TextMap()
      form.workingDirectory = nil
    }
    judge(form, nodes, key, &reader)
    return form
  }

  /// - Parameter isModels: it goes by its name in the task model, and its value is written as there.
  private func read(
    _ word: String, _ value: Node, isModels: Bool, into form: inout TaskForm, _ reader: inout GraphReader
  ) {
    switch word {
    case "run": form.work = reader.command(value, word).map { .shell($0) }
    case "arguments": form.work = arguments(value, word, &reader).map { .program($0) }
    case "env":
      for (name, text) in reader.texts(of: value, word) ?? TextMap() { form.environment[name] = text }
    case "after": form.after = reader.texts(value, word) ?? []
    case "cores": form.resources["cores"] = reader.integer(value, word).map { .integer($0) }
    case "gpus": form.resources["gpus"] = reader.integer(value, word).map { .integer($0) }
    case "memory", "gpu_memory":
      form.resources[word] = reader.text(value, word).map { .string(Quantities.fullSize($0)) }
    case "gpu_compute_capability": form.resources[word] = reader.text(value, word).map { .string($0) }
    case "resources":
      for (name, text) in reader.texts(of: value, word) ?? [:] {
        guard let count = Int64(text), "\(count)" == text else {
          reader.note(value, "resources.\(name): '\(text)' is no whole number")
          continue
        }
        form.custom[name] = .integer(count)
      }
    case "requested_resources": readModel(ofResources: value, into: &form, &reader)
    case "cwd":
      form.workingDirectory = reader.text(value, word).map { absolute($0, value, form.parameters, &reader) }
    case "hold": form.isHeld = reader.flag(value, word) ?? false
    case "max_running": form.maxRunning = reader.integer(value, word)
    case "stop_after_failures": form.stopAfterFailures = reader.integer(value, word)
    default:
      if let field = Self.values[word] {
        form.values[field.name] =
          isModels && field.isNumber
          ? reader.integer(value, field.name).map { .integer($0) }
          : self.value(of: field, word, value, form.parameters, &reader)
      }
    }
  }

  private func arguments(_ value: Node, _ word: String, _ reader: inout GraphReader) -> [String]? {
    guard let sequence = value.sequence else { return reader.texts(value, word) }
    let words = sequence.compactMap { reader.command($0, word) }
    return words.count == sequence.count ? words : nil
  }

  /// The task model's own object: numbers where it has numbers, texts else.
  private func readModel(ofResources node: Node, into form: inout TaskForm, _ reader: inout GraphReader) {
    let place = "requested_resources"
    for (key, value) in reader.mapping(node, "give what is reserved, as in `{cores: 2, memory: 1 GiB}`") ?? [] {
      guard let name = reader.text(key, place) else { continue }
      if name == "custom" {
        for (name, text) in reader.texts(of: value, "\(place).custom") ?? [:] {
          form.custom[name] = Self.numberOrText(text)
        }
      } else if value.mapping != nil {
        // A share of a worker's cores, which no short key has.
        if name == "cpu_cores" { form.resources["cores"] = nil }
        form.resources[name] = .object(
          (reader.texts(of: value, "\(place).\(name)") ?? [:]).reduce(into: [:]) {
            $0[$1.key] = Self.numberOrText($1.value)
          })
      } else if let text = reader.text(value, "\(place).\(name)") {
        let word = Self.shortResources[name] ?? name
        let isSize = word == "memory" || word == "gpu_memory"
        form.resources[word] =
          word == "gpu_compute_capability"
          ? .string(text) : Self.numberOrText(isSize ? Quantities.fullSize(text) : text)
      }
    }
  }

  /// The short keys of what the task model calls otherwise.
  private static let shortResources = [
    "cpu_memory_bytes": "memory", "cpu_cores": "cores", "gpu_count": "gpus", "gpu_memory_bytes": "gpu_memory",
  ]

  private static func numberOrText(_ text: String) -> JSON {
    Int64(text).flatMap { "\($0)" == text ? .integer($0) : nil } ?? .string(text)
  }

  private func value(
    of field: ProvidedField, _ word: String, _ node: Node, _ parameters: FamilyParameters?, _ reader: inout GraphReader
  ) -> JSON? {
    if case .map = field.form { return TaskForm.object(reader.texts(of: node, word) ?? TextMap()) }
    guard let text = reader.text(node, word) else { return nil }
    // A number is written as a number: `08` is a text.
    if case .integer = field.form, let number = Int64(text), "\(number)" != text {
      reader.note(node, "\(word): '\(text)' is no whole number")
      return nil
    }
    if case .text(let rule, _) = field.form, rule.form != .path, rule.form != .absolutePath,
      let name = parameters?.names.first(where: { text.contains("{\($0)}") })
    {
      reader.note(node, "\(word): {\(name)} is not filled in here; all of a matrix have the same \(word)")
      return nil
    }
    do {
      let value = try WrittenValue.json(text, of: field, at: "\(word):") { absolute($0, node, parameters, &reader) }
      if field.added != 0, let number = Int64(text), number < 0 {
        reader.note(node, "\(word): \(number) is less than 0")
      }
      return value
    } catch {
      reader.note(node, "\(error)")
      return nil
    }
  }

  /// A path from the folder that the tasks run in. One that begins with a parameter is from there too, or from the root,
  /// as its values are.
  private func absolute(
    _ path: String, _ node: Node, _ parameters: FamilyParameters?, _ reader: inout GraphReader
  ) -> String {
    if case .matrix(let axes) = parameters, let axis = axes.first(where: { path.hasPrefix("{\($0.name)}") }) {
      let fromRoot = axis.values.count { $0.hasPrefix("/") }
      // Two slashes at the beginning of a path are one.
      if fromRoot == axis.values.count { return "/" + path }
      if fromRoot > 0 {
        reader.note(node, "some values of \(axis.name) begin with a slash and some don't; give paths of one kind")
      }
    }
    return reader.absolute(path, in: base.workingDirectory ?? reader.context.workingDirectory)
  }

  /// By the table of fields, the same that the server goes by: what it would refuse is found before anything is sent.
  private func judge(_ form: TaskForm, _ nodes: [String: Node], _ key: Node, _ reader: inout GraphReader) {
    var form = form
    // Names are judged against the graph, not as references; the matrix was, when it was read.
    form.after = []
    form.parameters = nil
    var limits: JSONObject = [:]
    if let number = form.maxRunning { limits["max_running"] = .integer(number) }
    if let number = form.stopAfterFailures { limits["stop_after_failures"] = .integer(number) }
    (form.maxRunning, form.stopAfterFailures) = (nil, nil)
    var task = form.document
    if !limits.isEmpty {
      limits["name"] = "limits"
      limits["index"] = 1
      task["array"] = .object(limits)
    }
    do {
      let document = try JSONDocument(parsing: JSON.object(task).encoded())
      _ = try TaskDocument.draft(document.root)
    } catch let rejection as Rejection {
      for issue in rejection.issues {
        let path = Self.path(ofField: issue.field)
        let word = path.first ?? ""
        reader.note(nodes[word] ?? key, "\(path.isEmpty ? "task" : path.joined(separator: ".")): \(issue.trouble)")
      }
      if rejection.issues.isEmpty { reader.note(key, rejection.message) }
    } catch {
      reader.note(key, "\(error)")
    }
  }

  /// The path of a field in the task model as a graph has it: its key, and what lies under it.
  private static func path(ofField field: String) -> [String] {
    var parts = field.split(separator: ".").map(String.init)
    guard let first = parts.first else { return [] }
    switch first {
    case "held": parts[0] = "hold"
    case "array": return parts.count > 1 ? Array(parts[1...]) : ["matrix"]
    case "requested_resources":
      guard parts.count > 1 else { return ["cores"] }
      parts.removeFirst()
      if parts[0] == "custom" { parts[0] = "resources" }
    default: parts[0] = ProvidedField.named(first)?.word ?? first
    }
    return parts
  }
}

extension ProvidedField {
  /// Whether documents have it as a whole number.
  fileprivate var isNumber: Bool {
    switch form {
    case .integer, .span: true
    default: false
    }
  }
}
