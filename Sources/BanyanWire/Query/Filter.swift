import BanyanCore

/// What `where` says: which items of a list are wanted, in the filter language of document stores.
///
/// - A field that is missing matches no comparison but `$ne`, `$nin` and `$exists`.
/// - Numbers compare across integers and reals; values of different types match none but `$ne` and `$nin`.
/// - A comparison with a list is true if it is true for the list or for one of its elements; `$ne` and `$nin` are
///   `$eq` and `$in` turned round, so they are true if they are for all.
public indirect enum Filter: Sendable {
  case all([Filter])
  case any([Filter])
  case not(Filter)
  case field(ListedField, Comparison)

  /// What a single value has to be.
  public indirect enum Comparison: Sendable {
    case equal(FieldValue)
    case less(FieldValue, orEqual: Bool)
    case more(FieldValue, orEqual: Bool)
    case among(OperandSet)
    case exists(Bool)
    case matches(Pattern)
    case all([Comparison])
    case not(Comparison)
  }

  /// It asks for tasks that were tried again, or for single tasks, whichever they are: then those are looked at, too.
  public var namesReplaced: Bool {
    switch self {
    case .all(let filters), .any(let filters): filters.contains(where: \.namesReplaced)
    case .not(let filter): filter.namesReplaced
    case .field(let field, _): ["_id", "replaced_by"].contains(field.path.task?.name ?? "")
    }
  }

  /// Whether an item is wanted.
  public func matches(_ item: some Listed, _ effort: Effort) throws(Rejection) -> Bool {
    try effort.spend(1)
    switch self {
    case .all(let filters):
      for filter in filters where try !filter.matches(item, effort) { return false }
      return true
    case .any(let filters):
      for filter in filters where try filter.matches(item, effort) { return true }
      return false
    case .not(let filter): return try !filter.matches(item, effort)
    case .field(let field, let comparison):
      let value = item.listedValue(field)
      try effort.spend(value.weight)
      return try comparison.holds(for: value, effort)
    }
  }

  /// Whether a task is wanted: the way for a million of them.
  public func matches(_ task: TaskRecord, _ effort: Effort) throws(Rejection) -> Bool {
    try effort.spend(1)
    switch self {
    case .all(let filters):
      for filter in filters where try !filter.matches(task, effort) { return false }
      return true
    case .any(let filters):
      for filter in filters where try filter.matches(task, effort) { return true }
      return false
    case .not(let filter): return try !filter.matches(task, effort)
    case .field(let field, let comparison):
      let value = field.path.value(in: task)
      try effort.spend(value.weight)
      return try comparison.holds(for: value, effort)
    }
  }
}

extension Filter.Comparison {
  /// Whether a value is what it has to be.
  func holds(for value: FieldValue, _ effort: Effort) throws(Rejection) -> Bool {
    switch self {
    case .exists(let wanted): return (value != .missing) == wanted
    case .all(let comparisons):
      try effort.spend(comparisons.count)
      for comparison in comparisons where try !comparison.holds(for: value, effort) { return false }
      return true
    case .not(let comparison): return try !comparison.holds(for: value, effort)
    default:
      if try holdsAlone(for: value, effort) { return true }
      guard case .list(let elements) = value else { return false }
      for element in elements where try holdsAlone(for: element, effort) { return true }
      return false
    }
  }

  private func holdsAlone(for value: FieldValue, _ effort: Effort) throws(Rejection) -> Bool {
    try effort.spend(1 + value.weight)
    switch self {
    case .equal(let operand): return try value.isSame(as: operand, effort)
    case .less(let operand, let orEqual):
      guard let ordering = value.ordering(to: operand) else { return false }
      return ordering == .less || orEqual && ordering == .same
    case .more(let operand, let orEqual):
      guard let ordering = value.ordering(to: operand) else { return false }
      return ordering == .more || orEqual && ordering == .same
    case .among(let operands): return try operands.contains(value, effort)
    case .matches(let pattern):
      switch value {
      case .text(let text): return try pattern.matches(text, effort)
      case .identifier(let identifier): return try pattern.matches(identifier.description, effort)
      default: return false
      }
    case .exists, .all, .not: return try holds(for: value, effort)
    }
  }
}

/// The values of `$in`, found at once however many they are.
public struct OperandSet: Sendable {
  private(set) var texts: Set<CodePoints> = []
  private(set) var identifiers: Set<Identifier> = []
  private(set) var others: [FieldValue] = []

  init(_ operands: [FieldValue]) {
    for operand in operands {
      switch operand {
      case .text(let text):
        texts.insert(CodePoints(text))
      case .identifier(let identifier):
        identifiers.insert(identifier)
      default: others.append(operand)
      }
    }
  }

  func contains(_ value: FieldValue, _ effort: Effort) throws(Rejection) -> Bool {
    let isFound =
      switch value {
      case .text(let text): texts.contains(CodePoints(text)) || (!identifiers.isEmpty && isIdentifier(text))
      case .identifier(let identifier):
        identifiers.contains(identifier) || (!texts.isEmpty && texts.contains(CodePoints(identifier.description)))
      default: false
      }
    if isFound { return true }
    for other in others where try value.isSame(as: other, effort) { return true }
    return false
  }

  private func isIdentifier(_ text: String) -> Bool {
    Identifier(text).map { identifiers.contains($0) && $0.description == text } ?? false
  }
}
