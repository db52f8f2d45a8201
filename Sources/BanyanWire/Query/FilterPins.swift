import BanyanCore

/// What a filter pins: for a field with an index, the only values that an item it matches can have. Whoever lists
/// may look at those items alone, with the whole filter still. nil: the field is not pinned.
public struct FilterPins: Sendable {
  /// The only identifiers that can match.
  public var ids: Set<TaskID>?
  /// How alone what matches can stand.
  public var standings: Standings?
  /// The only names that can match.
  public var names: Set<CodePoints>?
  /// The only workers whose tasks can match.
  public var workers: Set<WorkerID>?
  /// The only queues whose tasks can match.
  public var queues: Set<CodePoints>?
  /// The only owners whose tasks can match.
  public var owners: Set<CodePoints>?
  /// The only jobs whose tasks can match.
  public var jobs: Set<JobNumber>?
  /// Whether nothing else is asked: then all that is pinned so matches.
  public var isWhole = true

  init() {}

  /// Nothing is pinned: all items must be looked at.
  public var isEmpty: Bool { standings == nil && hasNoNames }

  /// Nothing is pinned but, it may be, how a task stands.
  private var hasNoNames: Bool {
    ids == nil && names == nil && workers == nil && queues == nil && owners == nil && jobs == nil
  }

  /// The choice that these pins are.
  public var choice: TaskChoice {
    var choice = TaskChoice()
    choice.standings = standings ?? .all
    choice.queues = queues
    choice.owners = owners
    choice.jobs = jobs
    return choice
  }

  /// Whether the choice tells all that is asked.
  public var isChoice: Bool { isWhole && ids == nil && names == nil && workers == nil }

  private mutating func add(_ other: FilterPins) {
    narrow(&ids, other.ids)
    narrow(&names, other.names)
    narrow(&workers, other.workers)
    narrow(&queues, other.queues)
    narrow(&owners, other.owners)
    narrow(&jobs, other.jobs)
    if let more = other.standings { standings = standings?.intersection(more) ?? more }
    isWhole = isWhole && other.isWhole
  }

  private func narrow<Value>(_ pin: inout Set<Value>?, _ values: Set<Value>?) {
    if let values { pin = pin?.intersection(values) ?? values }
  }

  /// What several conditions pin of which all hold.
  static func all(_ parts: [FilterPins]) -> FilterPins { parts.reduce(into: FilterPins()) { $0.add($1) } }

  /// What several conditions pin of which one holds: how a task stands, if each of them pins that and nothing else.
  static func any(_ parts: [FilterPins]) -> FilterPins {
    var pins = FilterPins()
    pins.isWhole = parts.allSatisfy { $0.isWhole && $0.hasNoNames }
    let standings = parts.compactMap(\.standings)
    guard standings.count == parts.count else {
      pins.isWhole = false
      return pins
    }
    pins.standings = standings.reduce(Standings { _ in false }) { $0.union($1) }
    return pins
  }

  /// What the contrary of a condition pins.
  static func not(_ part: FilterPins) -> FilterPins {
    var pins = FilterPins()
    guard part.isWhole, part.hasNoNames, let standings = part.standings else {
      pins.isWhole = false
      return pins
    }
    pins.standings = standings.inverted
    return pins
  }
}

extension Filter {
  /// What a filter of tasks pins, by conditions that all must hold.
  public var pins: FilterPins {
    switch self {
    case .all(let filters): .all(filters.map(\.pins))
    case .any(let filters): .any(filters.map(\.pins))
    case .not(let filter): .not(filter.pins)
    case .field(let field, let comparison): comparison.pins(of: field.path)
    }
  }
}

extension Filter.Comparison {
  fileprivate func pins(of path: FieldPath) -> FilterPins {
    switch self {
    case .equal(let value): return pins(of: path, among: [value])
    case .among(let operands): return pins(of: path, among: operands.values)
    case .all(let comparisons): return .all(comparisons.map { $0.pins(of: path) })
    case .not(let comparison): return .not(comparison.pins(of: path))
    case .less, .more, .exists, .matches:
      var pins = FilterPins()
      pins.isWhole = false
      return pins
    }
  }

  private func pins(of path: FieldPath, among values: [FieldValue]) -> FilterPins {
    var pins = FilterPins()
    guard let task = path.task, path.rest.isEmpty, path.shownOf == nil else {
      pins.isWhole = false
      return pins
    }
    let texts = values.compactMap { if case .text(let text) = $0 { text } else { nil } }
    let names = Set(texts.map { CodePoints($0) })
    switch task.name {
    case "_id": pins.ids = values.identifiers
    case "worker_id": pins.workers = values.identifiers
    case "state":
      let states = Set(texts.compactMap(TaskState.init(name:)))
      pins.standings = Standings { states.contains($0.state) }
    case "outcome":
      let outcomes = Set(texts.compactMap(TaskOutcome.init(rawValue:)))
      pins.standings = Standings { $0.outcome.map(outcomes.contains) ?? false }
    case "name": pins.names = names
    case "queue": pins.queues = names
    case "owner": pins.owners = names
    case "job": pins.jobs = Set(values.compactMap(\.jobNumber))
    default: pins.isWhole = false
    }
    return pins
  }
}

extension FieldValue {
  /// The number of a job that it is equal to; nil: to none.
  var jobNumber: JobNumber? {
    switch self {
    case .integer(let number): number > 0 ? JobNumber(UInt64(number)) : nil
    case .real(let number): Int64(exactly: number).flatMap { $0 > 0 ? JobNumber(UInt64($0)) : nil }
    default: nil
    }
  }
}

extension OperandSet {
  var values: [FieldValue] {
    texts.map { .text($0.text) } + identifiers.map(FieldValue.identifier) + others
  }
}

extension [FieldValue] {
  fileprivate var identifiers: Set<Identifier> {
    Set(compactMap { if case .identifier(let identifier) = $0 { identifier } else { nil } })
  }
}
