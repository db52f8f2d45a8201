import BanyanCore

/// What a filter pins: for a field with an index, the only values that an item it matches can have. Whoever lists
/// may look at those items alone, with the whole filter still. nil: the field is not pinned.
public struct FilterPins: Sendable {
  /// The only identifiers that can match.
  public var ids: Set<TaskID>?
  /// The only states that can match.
  public var states: Set<TaskState>?
  /// The only names that can match.
  public var names: Set<CodePoints>?
  /// The only workers whose tasks can match.
  public var workers: Set<WorkerID>?
  /// The only queues whose tasks can match.
  public var queues: Set<CodePoints>?
  /// The only owners whose tasks can match.
  public var owners: Set<CodePoints>?

  init() {}

  /// Nothing is pinned: all items must be looked at.
  public var isEmpty: Bool {
    ids == nil && states == nil && names == nil && workers == nil && queues == nil && owners == nil
  }
}

extension Filter {
  /// What a filter of tasks pins, by conditions that all must hold.
  public var pins: FilterPins {
    var pins = FilterPins()
    pin(into: &pins)
    return pins
  }

  private func pin(into pins: inout FilterPins) {
    switch self {
    case .all(let filters):
      for filter in filters { filter.pin(into: &pins) }
    case .field(let field, let comparison):
      guard let task = field.path.task, field.path.rest.isEmpty, let values = comparison.pinned else { return }
      let texts = values.compactMap { if case .text(let text) = $0 { text } else { nil } }
      switch task.name {
      case "_id": Self.narrow(&pins.ids, to: values.identifiers)
      case "worker_id": Self.narrow(&pins.workers, to: values.identifiers)
      case "state": Self.narrow(&pins.states, to: Set(texts.compactMap(TaskState.init(name:))))
      case "outcome":
        Self.narrow(&pins.states, to: Set(texts.compactMap(TaskOutcome.init(rawValue:)).flatMap(\.states)))
      case "name": Self.narrow(&pins.names, to: Set(texts.map { CodePoints($0) }))
      case "queue": Self.narrow(&pins.queues, to: Set(texts.map { CodePoints($0) }))
      case "owner": Self.narrow(&pins.owners, to: Set(texts.map { CodePoints($0) }))
      default: break
      }
    case .any, .not: break
    }
  }

  private static func narrow<Value>(_ pin: inout Set<Value>?, to values: Set<Value>) {
    pin = pin?.intersection(values) ?? values
  }
}

extension Filter.Comparison {
  /// The only values that this holds for; nil: there are others.
  fileprivate var pinned: [FieldValue]? {
    switch self {
    case .equal(let value): [value]
    case .among(let operands): operands.values
    case .all(let comparisons): comparisons.lazy.compactMap(\.pinned).first
    default: nil
    }
  }
}

extension TaskOutcome {
  /// Where a task may stand that ended so.
  fileprivate var states: [TaskState] {
    switch self {
    case .succeeded, .failed: [.terminated]
    case .cancelled: [.terminated, .cancelled]
    }
  }
}

extension OperandSet {
  fileprivate var values: [FieldValue] {
    texts.map { .text($0.text) } + identifiers.map(FieldValue.identifier) + others
  }
}

extension [FieldValue] {
  fileprivate var identifiers: Set<Identifier> {
    Set(compactMap { if case .identifier(let identifier) = $0 { identifier } else { nil } })
  }
}
