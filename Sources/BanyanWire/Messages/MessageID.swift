import BanyanJSON

/// What ties an answer to its request: a string or a number, chosen by whoever asks.
public enum MessageID: Sendable, Hashable {
  /// A number.
  case number(Int64)
  /// A string.
  case text(String)

  /// The member `id` of a message, if there is one.
  public init?(of message: JSONNode) throws(MessageError) {
    guard let node = message["id"] else { return nil }
    if let number = node.integer {
      self = .number(number)
    } else if let text = node.string {
      self = .text(text)
    } else {
      throw MessageError(field: "id", problem: "\(node.kindName)", remedy: "give a string or an integer")
    }
  }

  func write(to message: inout JSONObjectWriter) {
    switch self {
    case .number(let number): message.set("id", number)
    case .text(let text): message.set("id", text)
    }
  }
}

extension MessageID: CustomStringConvertible {
  /// The number or the text.
  public var description: String {
    switch self {
    case .number(let number): "\(number)"
    case .text(let text): text
    }
  }
}
