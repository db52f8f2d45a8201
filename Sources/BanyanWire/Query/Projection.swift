import BanyanCore
import BanyanJSON

/// Which fields of an item are shown: `{"name": 1}` those alone, `{"continuations": 0}` all but those. What tells the
/// items apart stays: `_id`, or the name that the set of fields has for it.
public struct Projection: Sendable, Hashable {
  private let identity: String
  private let fields: Set<String>
  private let isExclusion: Bool

  /// Whether a field is shown.
  public func shows(_ field: String) -> Bool {
    field == identity || fields.contains(field) != isExclusion
  }

  /// Reads a projection that is a JSON value.
  public init(_ node: JSONNode, fields: FieldSet, at place: String = "projection") throws(Rejection) {
    let remedy = "give an object, as in {\"name\": 1} or {\"continuations\": 0}"
    guard node.isObject else { throw Rejection.field(place, "\(node.kindName); \(remedy)") }
    var shown: Set<String> = []
    var hidden: Set<String> = []
    for (key, value) in node.members {
      let inner = "\(place).\(key)"
      let path = try fields.path(key, at: inner)
      guard path.rest.isEmpty else { throw Rejection.field(inner, "a dotted path; name whole fields") }
      switch (value.wholeNumber, value.bool) {
      case (1, _), (_, true): shown.insert(path.name)
      case (0, _), (_, false): hidden.insert(path.name)
      default: throw Rejection.field(inner, "\(value.kindName); give 1 or 0")
      }
    }
    identity = fields.identity
    let asksForIdentity = shown.remove(identity) != nil
    hidden.remove(identity)
    guard shown.isEmpty || hidden.isEmpty else {
      throw Rejection.field(place, "fields that are wanted beside fields that are not; give one kind")
    }
    isExclusion = shown.isEmpty && !asksForIdentity
    self.fields = isExclusion ? hidden : shown
  }

  /// Reads a projection that is JSON text, as in a URL.
  public init(text: String, fields: FieldSet, at place: String = "projection") throws(Rejection) {
    let document: JSONDocument
    do {
      document = try JSONDocument(parsing: text)
    } catch {
      throw Rejection.field(place, "\(error); give an object, as in {\"name\": 1}")
    }
    try self.init(document.root, fields: fields, at: place)
  }
}
