import BanyanCore
import BanyanJSON

/// Members of a job and changes of them, as elements of a list: numbers in pairs of the first and the last of a range;
/// changes as the names of the fields and, where there are some, a specification (`SpecCodec`) that has their values.
enum MemberCodec {
  static func write(_ members: [ClosedRange<UInt32>], to list: inout JSONArrayWriter) {
    list.append(numbers: members.flatMap { [Int64($0.lowerBound), Int64($0.upperBound)] })
  }

  static func read(_ list: inout RecordReader) throws(RecordError) -> [ClosedRange<UInt32>] {
    let numbers = try list.numbers()
    guard numbers.count % 2 == 0 else { throw RecordError("half a range of members") }
    var members: [ClosedRange<UInt32>] = []
    for place in stride(from: 0, to: numbers.count, by: 2) {
      guard let first = UInt32(exactly: numbers[place]), let last = UInt32(exactly: numbers[place + 1]), first > 0,
        first <= last, last <= JobPlace.maxMembers
      else { throw RecordError("the members \(numbers[place]) to \(numbers[place + 1])") }
      members.append(first...last)
    }
    return members
  }

  static func write(_ changes: FieldChanges, to list: inout JSONArrayWriter) {
    if changes.isEmpty { return list.appendNull() }
    list.array { list in
      for field in changes.fields { list.append(field.name) }
    }
    SpecCodec.write(TaskSpec(owner: "", fields: changes.values), to: &list)
  }

  static func readChanges(_ list: inout RecordReader) throws(RecordError) -> FieldChanges {
    guard var names = try list.listOrNone() else { return FieldChanges([], from: TaskFields()) }
    var fields: [ProvidedField] = []
    while !names.isAtEnd {
      let name = try names.text()
      guard let field = ProvidedField.named(name) else { throw RecordError("there is no field \(name)") }
      fields.append(field)
    }
    return FieldChanges(fields, from: try SpecCodec.read(&list).fields)
  }

  /// Pairs of a task and the one in whose place it was made.
  static func write(_ pairs: [(new: TaskID, old: TaskID)], to list: inout JSONArrayWriter) {
    list.append(ids: pairs.flatMap { [$0.new, $0.old] })
  }

  static func readPairs(_ list: inout RecordReader) throws(RecordError) -> [(new: TaskID, old: TaskID)] {
    let ids = try list.ids()
    guard ids.count % 2 == 0 else { throw RecordError("a task without the one in whose place it was made") }
    return stride(from: 0, to: ids.count, by: 2).map { (ids[$0], ids[$0 + 1]) }
  }
}
