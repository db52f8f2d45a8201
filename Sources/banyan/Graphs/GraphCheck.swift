import BanyanCore
import BanyanWire

/// Resolves the names in `after:` and looks for what can't be: a name that is not there, the same name twice, a cycle.
struct GraphCheck {
  let file: String
  private(set) var problems: [GraphError.Problem] = []

  /// Above so many edges a group is put between two matrices: the sum of both sides instead of the product.
  private static let maxEdges = 1000

  init(file: String) { self.file = file }

  mutating func check(_ graph: inout Graph) {
    let prefix = graph.name.map { $0 + "/" } ?? ""
    var byName: [CodePoints: Int] = [:]
    for (index, task) in graph.tasks.enumerated() {
      guard let name = task.form.name else { continue }
      if byName.updateValue(index, forKey: CodePoints(name)) != nil {
        note(task, "the name '\(name)' is given twice")
      }
    }
    guard problems.isEmpty else { return }
    let families = families(of: graph, byName)
    var sizes: [CodePoints: Int] = [:]
    for members in families.values { for member in members { sizes[CodePoints(member)] = members.count } }
    var barriers: [CodePoints: String] = [:]
    var further: [Graph.Task] = []
    var taken = Set(byName.keys)
    for index in graph.tasks.indices {
      var after: [String] = []
      for word in graph.tasks[index].form.after {
        let name = prefix + word
        let key = CodePoints(name)
        if byName[key] != nil {
          after.append(name)
        } else if let members = families[key] {
          let askers = sizes[CodePoints(graph.tasks[index].form.name ?? "")] ?? 1
          if members.count > 1, members.count * askers > Self.maxEdges {
            if let barrier = barriers[key] {
              after.append(barrier)
            } else {
              var group = TaskForm()
              group.name = taken.insert(key).inserted ? name : name + "[*]"
              group.after = members
              further.append(Graph.Task(form: group, place: graph.tasks[index].place))
              let barrier = group.name ?? name
              barriers[key] = barrier
              after.append(barrier)
            }
          } else {
            after += members
          }
        } else if Identifier.looksLikeOne(word) {
          after.append(word)
        } else {
          let known = (Array(byName.keys) + Array(families.keys)).map { String($0.text.dropFirst(prefix.count)) }
            .sorted()
          let meant = Spelling.nearest(to: word, among: known).map { "; did you mean '\($0)'?" } ?? ""
          note(
            graph.tasks[index], at: graph.tasks[index].afterPlace,
            "after: there is no task '\(word)' in this graph\(meant)")
        }
      }
      var seen: Set<CodePoints> = []
      graph.tasks[index].form.after = after.filter { seen.insert(CodePoints($0)).inserted }
    }
    graph.tasks += further
    guard problems.isEmpty else { return }
    findCycle(in: graph)
  }

  /// The names of tasks with a matrix, and what they stand for.
  private func families(of graph: Graph, _ byName: [CodePoints: Int]) -> [CodePoints: [String]] {
    var families: [CodePoints: [String]] = [:]
    for task in graph.tasks {
      guard let name = task.form.name, name.hasSuffix("]"), let bracket = name.firstIndex(of: "[") else { continue }
      let family = CodePoints(String(name[..<bracket]))
      if byName[family] == nil { families[family, default: []].append(name) }
    }
    return families
  }

  private mutating func note(_ task: Graph.Task, at place: GraphPlace? = nil, _ message: String) {
    let problem = GraphError.Problem(file: file, place: place ?? task.place, message: message)
    if !problems.contains(problem) { problems.append(problem) }
  }

  /// Takes away what waits for nothing, again and again; what stays is on a cycle or behind one. (Kahn, 1962.)
  private mutating func findCycle(in graph: Graph) {
    var byName: [CodePoints: Int] = [:]
    for (index, task) in graph.tasks.enumerated() { if let name = task.form.name { byName[CodePoints(name)] = index } }
    let parents = graph.tasks.map { $0.form.after.compactMap { byName[CodePoints($0)] } }
    var children = [[Int]](repeating: [], count: parents.count)
    for (child, parents) in parents.enumerated() { for parent in parents { children[parent].append(child) } }
    var waiting = parents.map(\.count)
    var free = waiting.indices.filter { waiting[$0] == 0 }
    while let done = free.popLast() {
      waiting[done] = -1
      for child in children[done] {
        waiting[child] -= 1
        if waiting[child] == 0 { free.append(child) }
      }
    }
    guard var here = waiting.firstIndex(where: { $0 > 0 }) else { return }
    // From there up the parents that stay: sooner or later one comes again, and that closes the cycle.
    var path: [Int] = []
    var seen: Set<Int> = []
    while seen.insert(here).inserted {
      path.append(here)
      guard let parent = parents[here].first(where: { waiting[$0] > 0 }) else { return }
      here = parent
    }
    let cycle = path.drop { $0 != here } + [here]
    let names = cycle.map { graph.tasks[$0].form.name ?? "" }
    let shown = names.count > 8 ? names.prefix(4) + ["…"] + names.suffix(3) : names[...]
    note(
      graph.tasks[here], at: graph.tasks[here].afterPlace,
      "a cycle: \(shown.joined(separator: " after ")); none of them could ever begin")
  }
}
