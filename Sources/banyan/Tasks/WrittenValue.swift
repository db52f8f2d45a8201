import BanyanCore
import BanyanJSON
import BanyanWire

/// The value of a field as people write it, in a flag or in a graph: one text.
enum WrittenValue {
  /// The fields that are written so, by the words they are written under; the others have their own ways.
  static let fields = ProvidedField.all.filter { field in
    switch field.form {
    case .texts, .resources, .arrayPlace: false
    default: field.word != nil && !others.contains(field)
    }
  }

  /// What belongs to the work, of which a group has none.
  private static let others: [ProvidedField] = [.command, .arguments, .environment, .workingDirectory]

  /// The value as documents have it.
  /// - Parameters:
  ///   - place: what stands before a mistake: a flag, or a key with its colon.
  ///   - absolute: finds a path: the worker knows no folder but the task's.
  static func json(
    _ text: String, of field: ProvidedField, at place: String, absolute: (String) throws -> String
  ) throws -> JSON {
    switch field.form {
    case .text(let rule, _):
      switch rule.form {
      case .path, .absolutePath: return .string(try absolute(text))
      case .any, .notIdentifier: return .string(text)
      }
    case .word: return .string(text)
    case .date: return .string(try time(text, at: place))
    case .integer:
      guard let number = Int64(text) else { throw UsageError("\(place) '\(text)' is no whole number") }
      // More than fits is refused with the field's own limits.
      return .integer(number.addingReportingOverflow(field.added).partialValue)
    case .span: return .integer(try Quantities.duration(text, of: place))
    case .texts, .map, .resources, .arrayPlace:
      throw UsageError("\(place) '\(text)': \(field.name) is not written as one text")
    }
  }
}

extension WrittenValue {
  /// A moment as documents have it. One with an offset stays as it was written.
  static func time(_ text: String, at place: String, now: Int64 = TypedTime.now()) throws -> String {
    if WireDate.milliseconds(text) != nil, text.utf8.count > 10 { return text }
    do {
      return WireDate.text(try TypedTime.parse(text, now: now))
    } catch {
      throw UsageError("\(place) '\(text)': \(error)")
    }
  }
}

extension ProvidedField {
  /// Its flag on the command line.
  var flag: String { "--" + (word ?? name).replacing("_", with: "-") }
}
