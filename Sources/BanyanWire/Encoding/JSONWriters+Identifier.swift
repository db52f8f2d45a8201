import BanyanCore
import BanyanJSON

extension JSONObjectWriter {
  /// Sets the member `key` to an identifier; no `String` is made.
  mutating func set(_ key: StaticString, _ identifier: Identifier) {
    set(key, plain: Identifier.length) { identifier.write(to: $0) }
  }
}

extension JSONArrayWriter {
  /// Appends an identifier; no `String` is made.
  mutating func append(_ identifier: Identifier) {
    append(plain: Identifier.length) { identifier.write(to: $0) }
  }
}
