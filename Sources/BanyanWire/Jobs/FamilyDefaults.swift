import BanyanCore
import BanyanJSON

/// What every family of a job says that doesn't say otherwise: the `defaults` of its document.
struct FamilyDefaults {
  /// The fields of a family that says nothing itself.
  var draft = FamilyDraft(fields: TaskFields())
  /// It gives a command or arguments, good ones or not.
  let hasWork: Bool
  /// It gives resources, good ones or not.
  let hasResources: Bool

  init(_ node: JSONNode?, _ reader: inout FieldReader) {
    let node = node.flatMap { $0.isObject ? $0 : Self.refuse($0, &reader) }
    hasWork = node.map { $0["command"] != nil || $0["arguments"] != nil } ?? false
    hasResources = node?["requested_resources"] != nil
    guard let node else { return }
    var inner = FieldReader()
    FamilyReading.readFields(of: node, into: &draft, isDefaults: true, &inner)
    reader.merge(inner, in: "defaults")
  }

  private static func refuse(_ node: JSONNode, _ reader: inout FieldReader) -> JSONNode? {
    reader.fail("defaults", node, "give an object, fields that each task has that doesn't say otherwise")
    return nil
  }
}
