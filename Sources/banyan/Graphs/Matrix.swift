import BanyanCore
import Yams

/// The matrix of a task: one task for each element of the product of its axes.
enum Matrix {
  /// What its tasks differ in; nil after a mistake.
  static func read(_ node: Node, _ reader: inout GraphReader) -> FamilyParameters? {
    guard let members = reader.mapping(node, "axes and their values, as in `matrix: {part: [aa, ab]}`") else {
      return nil
    }
    guard !members.isEmpty else {
      reader.note(node, "the matrix has no axes; give some, as in `matrix: {part: [aa, ab]}`, or leave it out")
      return nil
    }
    if members.count == 1, let (key, value) = members.first, key.scalar?.string == "index", let text = range(value),
      !reader.context.settings.names.contains("index")
    {
      return indices(text, value, "index", &reader).map { .range($0) }
    }
    var axes: [ParameterAxis] = []
    var count = 1
    for (key, list) in members {
      guard let axis = reader.text(key, "matrix"), let written = values(list, axis, &reader) else { return nil }
      let values: [String]
      do {
        // What was typed goes before what stands there.
        values = try reader.settings(of: axis) ?? written
      } catch {
        reader.note(key, "\(error)")
        return nil
      }
      guard ExportedEnvironment.isName(axis) else {
        reader.note(key, "matrix.\(axis): each task has BANYAN_PARAM_\(axis) too; use letters, digits and _")
        return nil
      }
      guard !values.isEmpty else {
        reader.note(list, "matrix.\(axis): no values, so there would be no task; give at least one")
        return nil
      }
      guard Set(values.map { CodePoints($0) }).count == values.count else {
        reader.note(list, "matrix.\(axis): a value stands there twice, so two tasks would have the same name")
        return nil
      }
      let (product, isOver) = count.multipliedReportingOverflow(by: values.count)
      guard !isOver, product <= Graph.maxTasks else {
        reader.note(
          node, "the matrix has more than \(Graph.maxTasks) elements, which is the most tasks that a graph may have")
        return nil
      }
      count = product
      axes.append(ParameterAxis(name: axis, values: values))
    }
    return .matrix(axes)
  }

  /// A list of texts, a range of numbers as in `1-100`, or a file with a value a line.
  private static func values(_ node: Node, _ axis: String, _ reader: inout GraphReader) -> [String]? {
    if let text = range(node) {
      return indices(text, node, axis, &reader)?.values
    }
    guard node.mapping != nil else { return reader.texts(node, "matrix.\(axis)") }
    guard let members = reader.mapping(node, ""), members.count == 1, let (key, value) = members.first,
      key.scalar?.string == "file",
      let path = reader.text(value, "matrix.\(axis).file")
    else {
      reader.note(node, "matrix.\(axis): give a list of values, a range as in 1-100, or {file: list.txt}")
      return nil
    }
    do {
      return try InputFile.lines(reader.besideGraph(path)).filter { !$0.isEmpty }
    } catch {
      reader.note(value, "matrix.\(axis): \(error)")
      return nil
    }
  }

  private static func range(_ node: Node) -> String? {
    guard let text = node.scalar?.string, ArrayIndices.looksLikeRange(text) else { return nil }
    return text
  }

  private static func indices(
    _ text: String, _ node: Node, _ axis: String, _ reader: inout GraphReader
  ) -> ArrayIndices? {
    do {
      return try ArrayIndices.parse(text, at: "matrix.\(axis):")
    } catch {
      reader.note(node, "\(error)")
      return nil
    }
  }
}
