import BanyanJSON

/// Integers in parameters of a URL.
public enum WholeNumber {
  /// The integer that a text is, however it is written: `5`, or `5.0` as in JSON; nil for anything else.
  public static func value(of text: String) -> Int64? {
    if let number = Int64(text) { return number }
    guard JSONNumeral(text) != nil else { return nil }
    return Double(text).flatMap(Int64.init(exactly:))
  }
}
