/// How dates are written. Both forms are read everywhere.
public enum DateForm: String, Sendable, CaseIterable {
  /// `Tue, 02 Apr 2013 10:29:13 GMT`, to the second: REST's own.
  case rfc1123
  /// `2013-04-02T10:29:13.000Z`, to the millisecond: the WebSocket's, and REST's with `?dates=iso8601`.
  case iso8601

  /// What to write instead of what is no date.
  static let remedy = "give a date like 2026-11-25T03:15:57.123Z or Tue, 02 Apr 2013 10:29:13 GMT"

  /// The text of a date in milliseconds since 1970.
  public func text(_ milliseconds: Int64) -> String {
    switch self {
    case .rfc1123: HTTPDate.text(milliseconds)
    case .iso8601: WireDate.text(milliseconds)
    }
  }

  /// What is wrong with a text that is no date, and what would be right.
  static func trouble(in text: String) -> String {
    // A time that could be anybody's noon.
    WireDate.milliseconds(text + "Z") != nil && WireDate.milliseconds(text) == nil
      ? "a time without a zone; end it with Z, or an offset like +02:00" : "not a date; \(remedy)"
  }

  /// Milliseconds since 1970 of a date in either form; nil for anything else.
  public static func milliseconds(_ text: String) -> Int64? {
    WireDate.milliseconds(text) ?? HTTPDate.milliseconds(text)
  }
}
