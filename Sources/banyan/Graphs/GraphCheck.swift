import BanyanCore
import BanyanWire

/// Resolves the names in `after:` and looks for what can't be: a name that is not there, the same name twice, a cycle.
struct GraphCheck {
  let file: String
  private(set) var problems: [GraphError.Problem] = []
  private var byName: [CodePoints: Int] = [:]

  init(file: String) { self.file = file }

  mutating func check(_ graph: inout Graph) {
    for (index, task) in graph.tasks.enumerated() {
      guard let name = task.form.name else { continue }
      if byName.updateValue(index, forKey: CodePoints(name)) != nil {
        note(task, "the name '\(name)' is given twice")
      }
    }
    findMembersNames(in: graph)
    guard problems.isEmpty else { return }
    for index in graph.tasks.indices {
      var seen: Set<CodePoints> = []
      graph.tasks[index].form.after.removeAll { !seen.insert(CodePoints($0)).inserted }
      for word in graph.tasks[index].form.after {
        if let edge = edge(word, of: graph.tasks[index], in: graph) { graph.tasks[index].edges.append(edge) }
      }
    }
    guard problems.isEmpty else { return }
    findCycle(in: graph)
  }

  // MARK: What is waited for

  private mutating func edge(_ word: String, of task: Graph.Task, in graph: Graph) -> FamilyEdge? {
    if let parent = byName[CodePoints(word)] { return FamilyEdge(parent: parent) }
    if let (family, inside) = Self.parts(of: word), let parent = byName[CodePoints(family)],
      let parameters = graph.tasks[parent].form.parameters
    {
      let edge = edge(to: parent, parameters, inside, of: task)
      if edge == nil {
        let names = parameters.names.map { "{\($0)}" }.joined(separator: ",")
        note(
          task, at: task.afterPlace,
          "after: there is no task '\(word)' in this graph; '\(family)' is one for each \(family)[\(names)]")
      }
      return edge
    }
    if Identifier.looksLikeOne(word) || Self.looksLikeJob(word) { return nil }
    let meant = Spelling.nearest(to: word, among: byName.keys.map(\.text).sorted()).map { "; did you mean '\($0)'?" }
    note(task, at: task.afterPlace, "after: there is no task '\(word)' in this graph\(meant ?? "")")
    return nil
  }

  /// The values in brackets: each one that there is, or a parameter of the task's own.
  private func edge(
    to parent: Int, _ parameters: FamilyParameters, _ inside: String, of task: Graph.Task
  ) -> FamilyEdge? {
    let own = task.form.parameters?.names ?? []
    let parts = inside.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == parameters.names.count else { return nil }
    var conditions: [FamilyEdge.Condition] = []
    for (place, part) in parts.enumerated() {
      if part.hasPrefix("{"), part.hasSuffix("}"),
        let same = own.firstIndex(where: { $0.isSame(as: String(part.dropFirst().dropLast())) })
      {
        conditions.append(.init(parameter: place, value: .same(as: same)))
      } else if Self.has(parameters, part, at: place) {
        conditions.append(.init(parameter: place, value: .text(part)))
      } else {
        return nil
      }
    }
    return FamilyEdge(parent: parent, conditions: conditions)
  }

  private static func has(_ parameters: FamilyParameters, _ value: String, at place: Int) -> Bool {
    switch parameters {
    case .range(let indices):
      Int64(value).map { number in
        "\(number)" == value
          && indices.spans.contains { ($0.first...$0.last).contains(number) && (number - $0.first) % $0.step == 0 }
      } ?? false
    case .matrix(let axes): axes[place].values.contains { $0.isSame(as: value) }
    case .rows(_, let rows): rows.contains { $0[place].isSame(as: value) }
    }
  }

  /// `fit[0.1,50]`: the family, and what stands in the brackets.
  private static func parts(of word: String) -> (family: String, inside: String)? {
    let scalars = word.unicodeScalars
    guard scalars.last == "]", let bracket = scalars.firstIndex(of: "[") else { return nil }
    return (String(scalars[..<bracket]), String(scalars[scalars.index(after: bracket)...].dropLast()))
  }

  /// A job by its number, or one of its tasks, as in `12.7`.
  private static func looksLikeJob(_ word: String) -> Bool {
    let parts = word.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count <= 2
      && parts.allSatisfy { Int64($0).map { $0 > 0 } ?? false && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
  }

  // MARK: What can't be

  /// A task that is called as one of a matrix is.
  private mutating func findMembersNames(in graph: Graph) {
    for task in graph.tasks {
      guard let name = task.form.name, let (family, inside) = Self.parts(of: name),
        let other = byName[CodePoints(family)], let parameters = graph.tasks[other].form.parameters,
        edge(to: other, parameters, inside, of: Graph.Task(form: TaskForm())) != nil
      else { continue }
      note(task, "the name '\(name)' is given twice")
    }
  }

  private mutating func note(_ task: Graph.Task, at place: TextPlace? = nil, _ message: String) {
    let problem = GraphError.Problem(file: file, place: place ?? task.place, message: message)
    if !problems.contains(problem) { problems.append(problem) }
  }

  /// Takes away what waits for nothing, again and again; what stays is on a cycle or behind one. (Kahn, 1962.)
  ///
  /// Families are looked at, not their tasks: each task of one waits for at least one of the next, so that around a cycle
  /// of families there is one of tasks.
  private mutating func findCycle(in graph: Graph) {
    let parents = graph.tasks.map { $0.edges.map(\.parent) }
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
