import TestSupport
import Testing

@testable import BanyanCore

@Suite struct ProvidedFieldTests {
  @Test func eachNameStandsForOneField() {
    let all = ProvidedField.all
    #expect(Set(all.map(\.name)).count == all.count)
    #expect(Set(all.compactMap(\.word)).count == all.compactMap(\.word).count)
    #expect(Set(all.compactMap { $0.storedKey?.description }).count == all.compactMap(\.storedKey).count)
    for field in all { #expect(ProvidedField.named(field.name) === field) }
  }

  @Test(arguments: ProvidedField.all)
  func aFieldIsReadAndWrittenAtItsOwnPlace(field: ProvidedField) {
    for said in [TaskFields.saying, .sayingMore] {
      var fields = TaskFields()
      field.copy(from: said, to: &fields)
      // What a task can't say beside the other is said by one of both.
      if field != .command, field != .arguments { #expect(fields != TaskFields(), "\(field.name) is not written") }
      for other in ProvidedField.all where other != field && fields != TaskFields() {
        var both = fields
        other.copy(from: TaskFields(), to: &both)
        #expect(both == fields, "\(other.name) takes away \(field.name)")
      }
      fields.set(.absent(field))
      #expect(fields == TaskFields(), "\(field.name) does not go back to its default")
    }
  }

  /// A field that the table forgets would be read from no document and be lost with the next start.
  @Test func theTableHoldsEveryField() {
    for said in [TaskFields.saying, .sayingMore] {
      var fields = TaskFields()
      for field in ProvidedField.all { field.copy(from: said, to: &fields) }
      #expect(fields == said)
    }
    #expect(Mirror(reflecting: TaskFields()).children.count == ProvidedField.all.count - 1, "work is two fields")
  }

  /// A task whose rare field is overlooked there would lose it at once.
  @Test(arguments: ProvidedField.all.filter { $0.storedKey != nil })
  func aTaskThatSaysARareFieldIsNotPlain(field: ProvidedField) {
    var fields = TaskFields()
    field.copy(from: .saying, to: &fields)
    #expect(!fields.isPlain)
    #expect(TaskSpec(owner: "ann", fields: fields).fields == fields)
  }

  @Test func numbersBeyondWhatAFieldHoldsAreClamped() {
    var fields = TaskFields()
    for field in ProvidedField.all {
      if case .integer(_, let access) = field.form { access.set(&fields, .max) }
    }
    #expect(fields.priority == .max && fields.maxAttemptCount == .max && fields.maxLossCount == .max)
  }
}
