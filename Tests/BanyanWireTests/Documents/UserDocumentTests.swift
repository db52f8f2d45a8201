import BanyanCore
import BanyanJSON
import BanyanWire
import Testing

@Suite struct UserDocumentTests {
  @Test func aUserIsShownWithoutAToken() throws {
    let user = User(id: UserID(seconds: 1, rest: 1), name: "ann", role: .viewer, tokenHash: [1, 2, 3])
    #expect(
      UserDocument.document(user).json().object?.keys == ["_id", "_created", "_updated", "name", "role", "admin"])
    let draft = try UserDocument.draft(JSONDocument(parsing: #"{"name": "bob", "role": "worker"}"#).root)
    #expect(draft.name == "bob" && draft.role == .worker && draft.token == nil && !draft.isAdmin)
    let admin = #"{"name": "eve", "role": "provider", "admin": true}"#
    #expect(try UserDocument.draft(JSONDocument(parsing: admin).root).isAdmin)
    for text in [
      #"{"name": "bob"}"#, #"{"role": "worker"}"#, #"{"name": "b", "role": "king"}"#, "[]",
      #"{"name": "b", "role": "worker", "token": "short"}"#,
      #"{"name": "b", "role": "worker", "token": "with a : colon in it"}"#,
    ] {
      let rejection = try #require(throws: Rejection.self) { try UserDocument.draft(JSONDocument(parsing: text).root) }
      #expect(!rejection.message.contains("colon in it"))
    }
  }
}
