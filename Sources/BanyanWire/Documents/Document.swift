import BanyanCore
import BanyanJSON

/// A thing as JSON, its members in order: what lists of workers, users and execution data are made of, and what
/// their filters look into. (Tasks are too many for that: ``TaskField`` reads them where they lie.)
public struct Document: Sendable, Hashable {
  /// What is missing is left out.
  public var members: [FieldValue.Member]

  /// A document of its members.
  public init(_ members: [(String, FieldValue)]) {
    self.members = members.compactMap { $0.1 == .missing ? nil : FieldValue.Member($0.0, $0.1) }
  }

  /// The value of a member.
  public subscript(name: String) -> FieldValue { members.first { $0.name == name }?.value ?? .missing }

  /// Adds a member.
  public mutating func append(_ name: String, _ value: FieldValue) {
    if value != .missing { members.append(FieldValue.Member(name, value)) }
  }

  /// Sets the members of an object that is being written.
  public func write(to object: inout JSONObjectWriter, _ options: DocumentOptions = DocumentOptions()) {
    FieldValue.write(shown(options), to: &object, dates: options.dates)
  }

  /// The text.
  public func encoded(_ options: DocumentOptions = DocumentOptions()) -> [UInt8] {
    JSONText.object { write(to: &$0, options) }
  }

  /// As a value.
  public func json(_ options: DocumentOptions = DocumentOptions()) -> JSON {
    FieldValue.object(shown(options)).json(dates: options.dates) ?? .null
  }

  private func shown(_ options: DocumentOptions) -> [FieldValue.Member] {
    guard let projection = options.projection else { return members }
    return members.filter { projection.shows($0.name) }
  }
}

/// How documents are written.
public struct DocumentOptions: Sendable {
  /// The form of dates.
  public var dates: DateForm
  /// Whose tasks' environments are shown.
  public var environments: ShownEnvironments
  /// Which fields; nil: all.
  public var projection: Projection?

  /// How documents are written.
  public init(dates: DateForm = .rfc1123, environments: ShownEnvironments = .all, projection: Projection? = nil) {
    self.dates = dates
    self.environments = environments
    self.projection = projection
  }
}
