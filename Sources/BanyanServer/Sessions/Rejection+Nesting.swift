import BanyanCore

extension Rejection {
  /// The same of what lies in another document, under this key.
  func nested(in key: String) -> Rejection {
    var nested = self
    nested.issues = issues.map { Issue(field: "\(key).\($0.field)", trouble: $0.trouble) }
    return nested
  }
}
