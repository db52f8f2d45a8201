import BanyanJSON

/// What ties an answer to its request: a string or a number, chosen by whoever asks. It comes back as it was.
public enum MessageID: Sendable, Hashable {
  /// An integer.
  case number(Int64)
  /// Any other number.
  case real(Double)
  /// A string.
  case text(String)

  /// The member `id` of a message, if there is one.
  public init?(of message: JSONNode) throws(MessageError) { try self.init(message, "id") }

  /// A member that holds such a name; nil: there is none.
  init?(_ message: JSONNode, _ key: StaticString) throws(MessageError) {
    guard let node = message[key] else { return nil }
    if let number = node.integer {
      self = .number(number)
    } else if let number = node.double {
      self = .real(number)
    } else if let text = node.string {
      self = .text(text)
    } else {
      throw MessageError(field: "\(key)", problem: "\(node.kindName)", remedy: "give a string or a number")
    }
  }

  func write(to message: inout JSONObjectWriter) { write("id", to: &message) }

  func write(_ key: StaticString, to message: inout JSONObjectWriter) {
    switch self {
    case .number(let number): message.set(key, number)
    case .real(let number): message.set(key, number)
    case .text(let text): message.set(key, text)
    }
  }
}

extension MessageID: CustomStringConvertible {
  /// The number or the text.
  public var description: String {
    switch self {
    case .number(let number): "\(number)"
    case .real(let number): "\(number)"
    case .text(let text): text
    }
  }
}
