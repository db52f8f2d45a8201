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

  /// Appends a member, unless its value is missing.
  public mutating func append(_ name: String, _ value: FieldValue) {
    if value != .missing { members.append(FieldValue.Member(name, value)) }
  }
}
