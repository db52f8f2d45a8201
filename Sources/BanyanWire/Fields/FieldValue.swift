import BanyanCore

/// The value of one field as documents show it and filters compare it: what JSON knows, with identifiers and dates
/// kept as what they are until they are written.
public enum FieldValue: Sendable, Hashable {
  /// The thing has no such field.
  case missing
  /// Only a filter's operand is ever null.
  case null
  case bool(Bool)
  case integer(Int64)
  case real(Double)
  case text(String)
  case identifier(Identifier)
  /// A date in milliseconds since 1970, UTC; written in the form that the reader asked for.
  case date(Int64)
  case list([FieldValue])
  case object([Member])

  /// One member of an object.
  public struct Member: Sendable, Hashable {
    /// The member's key in JSON.
    public var name: String
    /// The value that stands under it.
    public var value: FieldValue

    /// A member of an object: a key and its value.
    public init(_ name: String, _ value: FieldValue) {
      self.name = name
      self.value = value
    }
  }
}

extension FieldValue {
  init(_ text: String?) { self = text.map(FieldValue.text) ?? .missing }
  init(_ number: Int64?) { self = number.map(FieldValue.integer) ?? .missing }
  init(_ number: Double?) { self = number.map(FieldValue.real) ?? .missing }
  init(_ identifier: Identifier?) { self = identifier.map(FieldValue.identifier) ?? .missing }
  init(date: Int64?) { self = date.map(FieldValue.date) ?? .missing }
  init(_ strings: TextMap) {
    let members = strings.map { Member($0.key, .text($0.value)) }
    self = members.isEmpty ? .missing : .object(members)
  }

  /// What reads a field that providers write; ``missing`` where a task has none. Made once for each field: a list of
  /// tasks reads them by the million.
  static func reader(of form: ProvidedField.Form) -> @Sendable (TaskFields) -> FieldValue {
    switch form {
    case .text(_, let access), .word(_, let access):
      let get = access.get
      return { FieldValue(get($0)) }
    case .texts(_, let access):
      let get = access.get
      return { get($0).map { .list($0.map(FieldValue.text)) } ?? .missing }
    case .map(_, let access):
      let get = access.get
      return { FieldValue(get($0)) }
    case .integer(_, let access), .span(_, let access):
      let get = access.get
      return { FieldValue(get($0)) }
    case .date(let access):
      let get = access.get
      return { FieldValue(date: get($0)) }
    case .resources(let access):
      let get = access.get
      return { get($0).map(ResourceDocument.value) ?? .missing }
    case .arrayPlace(let access):
      let get = access.get
      return { get($0).map(FieldValue.init) ?? .missing }
    }
  }

  /// The members, without those that are missing.
  static func object(of members: [(String, FieldValue)]) -> FieldValue {
    .object(members.compactMap { $0.1 == .missing ? nil : Member($0.0, $0.1) })
  }

  /// What lies under the steps of a dotted path. A list answers a number with that element, and a name with what
  /// its elements have under it, as a list.
  func stepping(_ steps: ArraySlice<String>) -> FieldValue {
    guard let step = steps.first else { return self }
    let rest = steps.dropFirst()
    switch self {
    case .object(let members):
      let found = members.first { $0.name.isSame(as: step) }?.value.stepping(rest) ?? .missing
      if found != .missing || rest.isEmpty { return found }
      // A name may have dots itself, as license.solver has.
      let whole = steps.joined(separator: ".")
      return members.first { $0.name.isSame(as: whole) }?.value ?? .missing
    case .list(let elements):
      if let index = Int(step) { return elements.indices.contains(index) ? elements[index].stepping(rest) : .missing }
      let found = elements.map { $0.stepping(steps) }.filter { $0 != .missing }
      return found.isEmpty ? .missing : .list(found)
    default: return .missing
    }
  }
}
