import BanyanCore
import BanyanJSON

/// What the tasks of a family differ in, as it goes into the request: one entry, however many tasks there are.
enum FamilyParameters: Hashable {
  /// Numbers as they were typed, as in `0-9,20-30:2`; the parameter is called `index`.
  case range(ArrayIndices)
  /// The product of the axes, the last one fastest.
  case matrix([ParameterAxis])
  /// One task a row.
  case rows(columns: [String], rows: [[String]])

  /// The most tasks of one job.
  static let maxTasks = Int(JobPlace.maxMembers)

  /// What the parameters are called.
  var names: [String] {
    switch self {
    case .range: ["index"]
    case .matrix(let axes): axes.map(\.name)
    case .rows(let columns, _): columns
    }
  }

  /// How many tasks there are.
  var count: Int {
    switch self {
    case .range(let indices): indices.count
    case .matrix(let axes): axes.reduce(1) { $0 * $1.values.count }
    case .rows(_, let rows): rows.count
    }
  }

  /// The member of the family's document, and its name.
  var member: (key: String, value: JSON) {
    switch self {
    case .range(let indices): return ("range", .string(indices.text))
    case .matrix(let axes):
      var object = JSONObject(minimumCapacity: axes.count)
      for axis in axes { object[axis.name] = .array(axis.values.map(JSON.string)) }
      return ("matrix", .object(object))
    case .rows(let columns, let rows):
      let values = rows.map { JSON.array($0.map(JSON.string)) }
      return ("rows", ["columns": .array(columns.map(JSON.string)), "values": .array(values)])
    }
  }

  /// The same as the core has it, which knows what members are called and what their values are.
  var core: Parameters {
    switch self {
    case .range(let indices): .range(indices.spans)
    case .matrix(let axes): .matrix(axes)
    case .rows(let columns, let rows): .rows(columns: columns, values: rows.flatMap(\.self))
    }
  }
}
