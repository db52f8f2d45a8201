import BanyanCore
import BanyanJSON

/// The body of a request that its path says all of.
public enum EmptyBody {
  /// Refuses whatever has fields, or could have none.
  public static func check(_ node: JSONNode) throws(Rejection) {
    guard node.isObject else { throw .field("body", "\(node.kindName); leave it out, or give an empty object") }
    var reader = FieldReader()
    reader.members(of: node, known: [], "") { _, _, _ in false }
    try reader.check("nothing is done")
  }
}
