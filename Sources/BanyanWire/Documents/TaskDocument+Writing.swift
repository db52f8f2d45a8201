import BanyanCore
import BanyanJSON

extension TaskDocument {
  /// Sets the members of an object that is being written to a task's fields. What a task lacks is left out.
  public static func write(
    _ record: TaskRecord, to object: inout JSONObjectWriter, _ options: DocumentOptions = DocumentOptions()
  ) {
    let fields = record.spec.fields
    for field in TaskField.all where shows(field, options) {
      let value: FieldValue =
        switch field.source {
        case .record(let get): get(record)
        case .fields(let get): get(fields)
        case .nowhere: .missing
        }
      value.write(field.key, to: &object, dates: options.dates)
    }
  }

  /// A task's text.
  public static func encoded(_ record: TaskRecord, _ options: DocumentOptions = DocumentOptions()) -> [UInt8] {
    JSONText.object { write(record, to: &$0, options) }
  }

  /// A task as a value.
  public static func json(_ record: TaskRecord, _ options: DocumentOptions = DocumentOptions()) -> JSON {
    var object = JSONObject(minimumCapacity: TaskField.all.count)
    for field in TaskField.all where shows(field, options) {
      if let value = field.value(in: record).json(dates: options.dates) { object[field.name] = value }
    }
    return .object(object)
  }

  private static func shows(_ field: TaskField, _ options: DocumentOptions) -> Bool {
    if !options.showsEnvironment, field.name == "environment" { return false }
    return options.projection?.shows(field.name) ?? true
  }
}
