/// The few styles of the output (ECMA-48, SGR).
package enum Style: Sendable {
  case plain, good, bad, busy, waiting, faint, strong

  private var code: String? {
    switch self {
    case .plain: nil
    case .good: "32"
    case .bad: "31"
    case .busy: "36"
    case .waiting: "33"
    case .faint: "2"
    case .strong: "1"
    }
  }

  /// The text between the style's escape and the one that ends it.
  package func applied(to text: String) -> String {
    guard let code, !text.isEmpty else { return text }
    return "\u{1B}[\(code)m\(text)\u{1B}[0m"
  }
}
