import BanyanCore

/// What a filter of jobs pins, by conditions that all must hold: the only jobs that can match.
public struct JobPins: Sendable {
  /// The only jobs that can match.
  public var choice = JobChoice()
  /// Whether nothing else is asked: then each of these matches.
  public var isWhole = true

  /// Nothing is asked.
  public init() {}

  fileprivate mutating func add(_ other: JobPins) {
    Self.narrow(&choice.numbers, other.choice.numbers)
    Self.narrow(&choice.names, other.choice.names)
    Self.narrow(&choice.owners, other.choice.owners)
    choice.states.formIntersection(other.choice.states)
    isWhole = isWhole && other.isWhole
  }

  private static func narrow<Value>(_ pin: inout Set<Value>?, _ values: Set<Value>?) {
    if let values { pin = pin?.intersection(values) ?? values }
  }

  fileprivate static var other: JobPins {
    var pins = JobPins()
    pins.isWhole = false
    return pins
  }
}

extension Filter {
  /// What a filter of jobs pins.
  public var jobPins: JobPins {
    switch self {
    case .all(let filters): filters.reduce(into: JobPins()) { $0.add($1.jobPins) }
    case .field(let field, let comparison): comparison.jobPins(of: field.path)
    case .any, .not: .other
    }
  }
}

extension Filter.Comparison {
  fileprivate func jobPins(of path: FieldPath) -> JobPins {
    switch self {
    case .equal(let value): jobPins(of: path, among: [value])
    case .among(let operands): jobPins(of: path, among: operands.values)
    case .all(let comparisons): comparisons.reduce(into: JobPins()) { $0.add($1.jobPins(of: path)) }
    default: .other
    }
  }

  private func jobPins(of path: FieldPath, among values: [FieldValue]) -> JobPins {
    guard path.rest.isEmpty else { return .other }
    var pins = JobPins()
    let texts = values.compactMap { if case .text(let text) = $0 { text } else { nil } }
    switch path.name {
    case "number": pins.choice.numbers = Set(values.compactMap(\.jobNumber))
    case "name": pins.choice.names = Set(texts.map { CodePoints($0) })
    case "owner": pins.choice.owners = Set(texts.map { CodePoints($0) })
    case "state": pins.choice.states = Set(texts.compactMap(JobState.init(rawValue:)))
    default: return .other
    }
    return pins
  }
}
