import BanyanCore

/// Which fields a list's items have: what filters, sorts and projections may name there.
public struct FieldSet: Sendable {
  /// Tasks, whose values are read where they lie.
  let isTasks: Bool
  /// Whose tasks' environments the asker sees; others' can't be found out by asking.
  let environments: ShownEnvironments
  /// The fields of other things; nil: any name may be given.
  let names: [String]?
  let dates: Set<String>
  /// The field that tells the items apart.
  let identity: String

  /// The fields of tasks' documents; environments only of those that may be seen.
  public static func tasks(environments: ShownEnvironments = .all) -> FieldSet {
    FieldSet(isTasks: true, environments: environments, names: nil, dates: [], identity: "_id")
  }

  /// Documents of other things.
  /// - Parameters:
  ///   - dates: fields that are dates.
  ///   - names: all fields; nil: any name may be given.
  ///   - identity: the field that tells them apart.
  public static func documents(
    dates: Set<String>, names: [String]? = nil, identity: String = "_id"
  ) -> FieldSet {
    FieldSet(isTasks: false, environments: .all, names: names, dates: dates, identity: identity)
  }

  /// The path of a dotted name; refuses a field that no item has.
  func path(_ text: String, at place: @autoclosure () -> String) throws(Rejection) -> FieldPath {
    guard text.utf8.count <= Self.maxPathBytes else {
      throw .field(String(place().prefix(64)), "a path of \(text.utf8.count) bytes; give at most \(Self.maxPathBytes)")
    }
    let steps = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard let name = steps.first, !steps.contains(""), steps.count <= 16 else {
      throw Rejection.field(place(), "not a field; give a name, or names with dots between them")
    }
    let rest = steps.dropFirst()
    guard isTasks else {
      if let names, !names.contains(name) { throw unknown(name, among: names, place()) }
      return FieldPath(name: name, rest: Array(rest), task: nil, isDate: dates.contains(name))
    }
    guard let field = TaskField.bySpelling[name], field.isShown else {
      throw unknown(name, among: TaskField.shownNames, place())
    }
    if field.isEnvironment, environments == .none {
      throw .field(
        place(), "environments are not shown to a viewer, nor can they be asked about; ask about other fields")
    }
    var path = FieldPath(name: field.name, rest: Array(rest), task: field, isDate: field.shape == .date)
    if field.isEnvironment, environments != .all { path.shownOf = environments }
    return path
  }

  /// In bytes. Troubles name their place, so the paths of one request come to no more than its values.
  private static let maxPathBytes = 1024

  private func unknown(_ name: String, among names: [String], _ place: String) -> Rejection {
    let suggestion = Spelling.suggestion(for: name, among: names)
    return .field(place, "no field is called \(name.prefix(64))\(suggestion)")
  }
}

extension TaskField {
  var isShown: Bool { if case .nowhere = source { false } else { true } }
  static let shownNames = all.filter(\.isShown).map(\.name)
}

/// A dotted path to a value in an item.
struct FieldPath: Sendable {
  let name: String
  let rest: [String]
  /// Where items are tasks.
  let task: TaskField?
  let isDate: Bool
  /// Of other tasks it is as if it was missing; nil: it is shown of all.
  var shownOf: ShownEnvironments?

  /// The value in a task.
  func value(in record: TaskRecord) -> FieldValue {
    guard let task, shownOf?.includes(record) ?? true else { return .missing }
    let value = task.value(in: record)
    return rest.isEmpty ? value : value.stepping(rest[...])
  }

  /// The value in another thing.
  func value(in document: Document) -> FieldValue {
    let value = document[name]
    return rest.isEmpty ? value : value.stepping(rest[...])
  }
}

/// An item that can be filtered, sorted and listed by its fields.
public protocol Listed: Sendable {
  /// Where lists that nobody sorts begin, and what settles ties.
  var listedID: Identifier { get }
  /// Its place in a list that nobody sorts and that has cursors; nil: it has none.
  var listedCursor: ListCursor? { get }
  /// The order of a list that nobody sorts.
  static var listedOrder: Sort { get }
  /// Reads a value of a field.
  func listedValue(_ field: ListedField) -> FieldValue
}

extension Listed {
  /// Most lists have no cursors.
  public var listedCursor: ListCursor? { nil }
  /// By what tells the items apart.
  public static var listedOrder: Sort { .byIdentifier }
}

/// A field as a query names it.
public struct ListedField: Sendable {
  let path: FieldPath
}

extension TaskRecord: Listed {
  /// The task's `_id`: of those at one place the oldest is first.
  public var listedID: Identifier { id }
  /// Its place.
  public var listedCursor: ListCursor? { place.map { ListCursor($0) } }
  /// By place: a task that is tried again stays where it was.
  public static var listedOrder: Sort { .byPlace }
  /// Reads a value of a field.
  public func listedValue(_ field: ListedField) -> FieldValue { field.path.value(in: self) }
}

extension Document: Listed {
  /// Its `_id`; documents without one are all alike.
  public var listedID: Identifier {
    if case .identifier(let id) = self["_id"] { id } else { Identifier(seconds: 0, rest: 0) }
  }
  /// Reads a value of a field.
  public func listedValue(_ field: ListedField) -> FieldValue { field.path.value(in: self) }
}
