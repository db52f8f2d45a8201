import BanyanCore
import BanyanJSON

/// Writes the documents of one task after another. Members of a family say the same in most fields: the first of them
/// writes these out, and those that follow copy its text.
struct TaskDocumentWriter {
  private let options: DocumentOptions
  /// What the members share whose documents were written last; nil: there was no member yet.
  private var shared: TaskSpec?
  private var parts: [Part] = []

  /// Fields that stand behind one another in a document.
  private struct Part {
    var fields: [TaskField]
    /// All members have the same in them.
    var isShared: Bool
    /// Their text with the comma in front of each; nil: nobody wrote it yet.
    var text: [UInt8]?
  }

  init(_ options: DocumentOptions) { self.options = options }

  /// Sets the members of an object that is being written to a task's fields, as ``TaskDocument/write(_:to:_:)`` does.
  mutating func write(_ record: TaskRecord, to object: inout JSONObjectWriter) {
    guard record.spec.isTemplate else { return TaskDocument.write(record, to: &object, options) }
    let isFirst = shared !== record.spec
    if isFirst { begin(record.spec) }
    let fields = isFirst || !record.spec.variation.isEmpty ? record.fields : record.ownFields
    for place in parts.indices {
      if let text = parts[place].text {
        object.append(members: text)
        continue
      }
      let start = object.position
      for field in parts[place].fields { TaskDocument.write(field, of: record, fields, to: &object, options) }
      if parts[place].isShared { parts[place].text = object.text(from: start) }
    }
  }

  /// Another family's turn.
  private mutating func begin(_ spec: TaskSpec) {
    shared = spec
    parts = []
    for field in TaskField.all {
      let isShared = field.isSame(forAllOf: spec.variation)
      if let last = parts.indices.last, parts[last].isShared == isShared {
        parts[last].fields.append(field)
      } else {
        parts.append(Part(fields: [field], isShared: isShared))
      }
    }
  }
}

extension TaskField {
  /// Whether all members of a family have the same in this field.
  /// - Parameter variation: where texts of what they share have placeholders.
  fileprivate func isSame(forAllOf variation: FamilyVariation) -> Bool {
    guard case .provided(let field) = input else { return false }
    switch field {
    case .name, .array: return false
    case .command, .arguments: return !variation.contains(.work)
    case .environment: return !variation.contains(.environment)
    case .labels: return !variation.contains(.labels)
    case .workingDirectory: return !variation.contains(.workingDirectory)
    case .stdinPath, .stdoutPath, .stderrPath: return !variation.contains(.streamPaths)
    default: return true
    }
  }
}
