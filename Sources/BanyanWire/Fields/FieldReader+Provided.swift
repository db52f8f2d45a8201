import BanyanCore
import BanyanJSON

extension FieldReader {
  /// Reads a field that providers write; what is no good value of it leaves it as it is, and is told.
  /// - Returns: whether it was set.
  @discardableResult
  mutating func read(
    _ node: JSONNode, _ field: ProvidedField, into fields: inout TaskFields, _ path: @autoclosure () -> String
  ) -> Bool {
    switch field.form {
    case .text(let rule, let access):
      guard let value = text(node, rule, path()) else { return false }
      access.set(&fields, value)
    case .word(let words, let access):
      guard let value = word(node, words, path()) else { return false }
      access.set(&fields, value)
    case .texts(let rule, let access):
      guard let value = texts(node, rule, path()) else { return false }
      access.set(&fields, value)
    case .map(let rule, let access):
      guard let value = map(node, rule, path()) else { return false }
      access.set(&fields, value)
    case .integer(let limits, let access), .span(let limits, let access):
      guard let value = integer(node, limits, path()) else { return false }
      access.set(&fields, value)
    case .date(let access):
      guard let value = date(node, path()) else { return false }
      access.set(&fields, value)
    case .resources(let access): access.set(&fields, ResourceDocument.read(node, with: &self, at: path()))
    case .arrayPlace(let access):
      guard let value = ArrayDocument.read(node, with: &self, at: path()) else { return false }
      access.set(&fields, value)
    }
    return true
  }
}
