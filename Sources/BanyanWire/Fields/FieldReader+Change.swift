import BanyanCore
import BanyanJSON

extension FieldReader {
  /// Reads a change of a field that providers write, `held` included; null takes away what a task need not have. What can't
  /// be changed is told, and so is a value that is none.
  /// - Returns: nil if nothing was read; edges and the state are others' to read, and nothing is told of them.
  mutating func change(_ value: JSONNode, of field: TaskField) -> FieldChange? {
    switch (field.writer, field.input) {
    case (_, nil): fail(field.name, "the server writes it; leave it out")
    case (.whenMade, _): fail(field.name, "it is given when a task is made, and stays; leave it out")
    case (_, .provided(let field)) where field.isOptional && value.isNull: return .absent(field)
    case (_, .provided(let field)):
      var fields = TaskFields()
      if read(value, field, into: &fields, field.name) { return .field(field, from: fields) }
    case (_, .held): return flag(value, field.name).map(FieldChange.held)
    case (_, .references), (_, .state): break
    }
    return nil
  }
}
