import BanyanCore

/// How a field is read from a document.
public enum FieldInput: Sendable {
  /// A value, as the field's form has it.
  case provided(ProvidedField)
  case held
  /// Identifiers or names of tasks, at most so many, none of them twice.
  case references(Edge, atMost: Int)
  /// A request rather than a value: one of these words in a POST, any state in a PATCH.
  case state(whenMade: [String])

  /// Which list of references.
  public enum Edge: Sendable { case continuations, after }
}
