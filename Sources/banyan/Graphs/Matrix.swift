import BanyanCore
import Yams

/// The matrix of a task: one task for each element of the product of its axes.
enum Matrix {
  /// One element: what each axis is there.
  struct Place {
    var values: [(axis: String, value: String)]

    /// What stands behind the task's name: `[aa]`, `[aa,2]`, or nothing without a matrix.
    var suffix: String { values.isEmpty ? "" : "[\(values.map(\.value).joined(separator: ","))]" }

    /// The text with `{axis}` replaced. `${axis}` stays as it is: that is the shell's.
    func filled(_ text: String) -> String {
      guard !values.isEmpty, text.utf8.contains(UInt8(ascii: "{")) else { return text }
      var filled = ""
      var rest = text.unicodeScalars[...]
      while let brace = rest.firstIndex(of: "{") {
        let head = rest[..<brace]
        filled.unicodeScalars.append(contentsOf: head)
        let tail = rest[rest.index(after: brace)...]
        if head.last != "$", let end = tail.firstIndex(of: "}"),
          let value = values.first(where: { $0.axis.isSame(as: String(tail[..<end])) })?.value
        {
          filled += value
          rest = tail[tail.index(after: end)...]
        } else {
          filled += "{"
          rest = tail
        }
      }
      filled.unicodeScalars.append(contentsOf: rest)
      return filled
    }
  }

  /// All elements, the last axis running fastest; one without values where there is no matrix; nil after a mistake.
  static func read(_ node: Node?, _ reader: inout GraphReader) -> [Place]? {
    guard let node else { return [Place(values: [])] }
    guard let axes = reader.mapping(node, "axes and their values, as in `matrix: {part: [aa, ab]}`") else { return nil }
    var places = [Place(values: [])]
    for (key, list) in axes {
      guard let axis = reader.text(key, "matrix"), let values = reader.texts(list, "matrix.\(axis)") else { return nil }
      guard !values.isEmpty else {
        reader.note(list, "matrix.\(axis): no values, so there would be no task; give at least one")
        return nil
      }
      guard Set(values.map { CodePoints($0) }).count == values.count else {
        reader.note(list, "matrix.\(axis): a value stands there twice, so two tasks would have the same name")
        return nil
      }
      let (count, isOver) = places.count.multipliedReportingOverflow(by: values.count)
      guard !isOver, count <= Graph.maxTasks else {
        reader.note(
          node, "the matrix has more than \(Graph.maxTasks) elements, which is the most tasks that a graph may have")
        return nil
      }
      places = places.flatMap { place in
        values.map { Place(values: place.values + [(axis: axis, value: $0)]) }
      }
    }
    return places
  }
}
