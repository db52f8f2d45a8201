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

  /// Whether an item is wanted.
  public func matches(_ item: some Listed) -> Bool {
    switch self {
    case .all(let filters): filters.allSatisfy { $0.matches(item) }
    case .any(let filters): filters.contains { $0.matches(item) }
    case .not(let filter): !filter.matches(item)
    case .field(let field, let comparison): comparison.holds(for: item.listedValue(field))
    }
  }

  /// Whether a task is wanted: the way for a million of them.
  public func matches(_ task: TaskRecord) -> Bool {
    switch self {
    case .all(let filters): filters.allSatisfy { $0.matches(task) }
    case .any(let filters): filters.contains { $0.matches(task) }
    case .not(let filter): !filter.matches(task)
    case .field(let field, let comparison): comparison.holds(for: field.path.value(in: task))
    }
  }
}

extension Filter.Comparison {
  /// Whether a value is what it has to be.
  func holds(for value: FieldValue) -> Bool {
    switch self {
    case .exists(let wanted): (value != .missing) == wanted
    case .all(let comparisons): comparisons.allSatisfy { $0.holds(for: value) }
    case .not(let comparison): !comparison.holds(for: value)
    default:
      if holdsAlone(for: value) {
        true
      } else if case .list(let elements) = value {
        elements.contains(where: holdsAlone)
      } else {
        false
      }
    }
  }

  private func holdsAlone(for value: FieldValue) -> Bool {
    switch self {
    case .equal(let operand): return value.isSame(as: operand)
    case .less(let operand, let orEqual):
      guard let ordering = value.ordering(to: operand) else { return false }
      return ordering == .less || orEqual && ordering == .same
    case .more(let operand, let orEqual):
      guard let ordering = value.ordering(to: operand) else { return false }
      return ordering == .more || orEqual && ordering == .same
    case .among(let operands): return operands.contains(value)
    case .matches(let pattern):
      switch value {
      case .text(let text): return pattern.matches(text)
      case .identifier(let identifier): return pattern.matches(identifier.description)
      default: return false
      }
    case .exists, .all, .not: return holds(for: value)
    }
  }
}

/// The values of `$in`, found at once however many they are.
public struct OperandSet: Sendable {
  private(set) var texts: Set<String> = []
  private(set) var identifiers: Set<Identifier> = []
  private(set) var others: [FieldValue] = []

  init(_ operands: [FieldValue]) {
    for operand in operands {
      switch operand {
      case .text(let text):
        texts.insert(text)
      case .identifier(let identifier):
        identifiers.insert(identifier)
      default: others.append(operand)
      }
    }
  }

  func contains(_ value: FieldValue) -> Bool {
    let isFound =
      switch value {
      case .text(let text): texts.contains(text) || (!identifiers.isEmpty && isIdentifier(text))
      case .identifier(let identifier):
        identifiers.contains(identifier) || (!texts.isEmpty && texts.contains(identifier.description))
      default: false
      }
    return isFound || others.contains { value.isSame(as: $0) }
  }

  private func isIdentifier(_ text: String) -> Bool {
    Identifier(text).map { identifiers.contains($0) && $0.description == text } ?? false
  }
}
