import BanyanCore
import BanyanJSON
import Crypto
import HTTPTypes

extension RestRequest {
  /// What the client calls this request, and a digest of what it asks as a JSON value, in whatever order its members
  /// came; nil: it gave no name.
  func idempotencyKey(of body: JSON) throws(Rejection) -> (key: String, body: [UInt8])? {
    guard let key = request.headers[.idempotencyKey] else { return nil }
    guard (1...255).contains(key.utf8.count) else {
      throw Rejection.field("Idempotency-Key", "has \(key.utf8.count) bytes; give 1 to 255")
    }
    return (key, Array(SHA256.hash(data: body.encoded(sortedKeys: true))))
  }
}

extension HTTPField.Name {
  /// Made of letters and a hyphen, which is a name.
  static let idempotencyKey = HTTPField.Name("Idempotency-Key") ?? .ifMatch
}
