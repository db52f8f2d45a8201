import BanyanCore
import BanyanJSON

/// A user as JSON. The token is never part of it: the answer to the POST that makes a user adds it, once.
public enum UserDocument {
  /// The shortest token that somebody may choose, in characters.
  public static let minTokenLength = 16
  /// The longest one, in characters.
  static let maxTokenLength = 256

  /// What a POST asks for.
  public struct Draft: Sendable {
    /// Its name, unique among users.
    public var name: String
    /// What it may do.
    public var role: Role
    /// A chosen token; nil: the server makes one.
    public var token: String?
    /// A provider who may change what is others', and users, registrations and snapshots.
    public var isAdmin = false
  }

  /// As documents show it.
  public static func document(_ user: User) -> Document {
    Document([
      ("_id", .identifier(user.id)), ("_created", .date(user.created)), ("_updated", .date(user.created)),
      ("name", .text(user.name)), ("role", .text(user.role.rawValue)), ("admin", .bool(user.isAdmin)),
    ])
  }

  /// Reads the body of a POST. Of a token that is wrong nothing is repeated.
  public static func draft(_ node: JSONNode) throws(Rejection) -> Draft {
    var reader = FieldReader()
    var draft = Draft(name: "", role: .provider)
    reader.members(of: node, known: ["name", "role", "token", "admin"], "body") { reader, key, value in
      switch key {
      case "name": draft.name = reader.text(value, TextRule(length: 1...256, form: .notIdentifier), key) ?? ""
      case "role":
        draft.role = reader.word(value, Role.allCases.map(\.rawValue), key).flatMap(Role.init(rawValue:)) ?? .provider
      case "token": draft.token = token(value, &reader)
      case "admin": draft.isAdmin = reader.flag(value, key) ?? false
      default: return false
      }
      return true
    }
    if node.isObject {
      if node["name"] == nil { reader.fail("name", "missing; give a name") }
      if node["role"] == nil { reader.fail("role", "missing; give provider, worker or viewer") }
    }
    try reader.check("the user is not made")
    return draft
  }

  private static func token(_ node: JSONNode, _ reader: inout FieldReader) -> String? {
    guard let token = reader.text(node, TextRule(length: minTokenLength...maxTokenLength), "token") else { return nil }
    // A colon would end it in `Basic`, and whatever is not plain ASCII has more than one spelling.
    let isPlain = token.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }
    if !isPlain { reader.fail("token", "use visible ASCII characters, no blanks and no colon") }
    return token
  }
}
