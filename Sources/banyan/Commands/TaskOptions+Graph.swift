import BanyanCore
import BanyanJSON

extension TaskOptions {
  /// The graphs of files, as the flags change them.
  /// - Parameters:
  ///   - set: what `--set` says.
  ///   - defaults: the flags that `config.yaml` gave, without their dashes.
  ///   - load: reads files.
  func graphs(
    _ paths: [String], set: [String], defaults: Set<String>, _ surroundings: Surroundings,
    load: (GraphLoading, [String]) throws -> [Graph]
  ) throws -> [Graph] {
    var loading = GraphLoading(surroundings: surroundings, export: export)
    loading.taskFolder = try cwd.map { try surroundings.absolute($0) }
    loading.settings = try GraphSettings(set)
    return try load(loading, paths).map { graph in
      var graph = graph
      if let name { graph.name = name }
      try apply(to: &graph, defaults: defaults, surroundings)
      return graph
    }
  }

  /// Gives each task of a graph what the flags say and it doesn't say itself. A flag that was typed goes before the graph's
  /// `defaults:`, one of `config.yaml` after them.
  ///
  /// Groups, which run nothing, get labels alone, and what the whole graph waits for.
  /// - Parameter defaults: the flags that `config.yaml` gave, without their dashes.
  func apply(to graph: inout Graph, defaults: Set<String>, _ surroundings: Surroundings) throws {
    let values = try values(surroundings)
    var resources: JSONObject = [:]
    if let cores { resources["cores"] = .integer(Int64(cores)) }
    if let memory { resources["memory"] = .integer(try Quantities.bytes(memory, of: "--memory")) }
    if let gpus { resources["gpus"] = .integer(Int64(gpus)) }
    if let gpuMemory { resources["gpu_memory"] = .integer(try Quantities.bytes(gpuMemory, of: "--gpu-memory")) }
    let custom = try resource.map { try Quantities.resource($0, of: "--resource") }
    let environment = try variables.map { try Quantities.pair($0, of: "--env") }
    let labels = try label.map { try Quantities.pair($0, of: "--label") }
    let after = try references()
    for place in graph.tasks.indices {
      let task = graph.tasks[place]
      /// Whether a flag has its say.
      func isOpen(_ flag: String, _ word: String) -> Bool {
        !task.said.own.contains(word) && !(defaults.contains(flag) && task.said.byDefault.contains(word))
      }
      var form = task.form
      if !labels.isEmpty {
        var all = form.values["labels"]?.object ?? [:]
        for (name, text) in labels where isOpen("label", "labels.\(name)") { all[name] = .string(text) }
        form.values["labels"] = .object(all)
      }
      // The others wait for these.
      if task.edges.isEmpty { form.awaited = after }
      if form.work != nil {
        for (field, _) in typed where isOpen(String(field.flag.dropFirst(2)), field.word ?? field.name) {
          form.values[field.name] = values[field.name]
        }
        for (name, amount) in resources where isOpen(name.replacing("_", with: "-"), name) {
          form.resources[name] = amount
        }
        for (name, count) in custom where isOpen("resource", "resources.\(name)") {
          form.custom[name] = .integer(count)
        }
        for (name, text) in environment where isOpen("env", "env.\(name)") { form.environment[name] = text }
        if hold, isOpen("hold", "hold") { form.isHeld = true }
      }
      graph.tasks[place].form = form
    }
  }

  /// What `--after` names, word by word.
  func references() throws -> [String] {
    let words = after.flatMap { Selector.words(of: $0) }
    // As from a variable that is empty: an order that is left out in silence is the worst there is.
    if words.contains("") {
      throw UsageError("--after '\(after.joined(separator: ","))': names no job and no task; give numbers or names")
    }
    return words
  }
}
