import BanyanJSON

/// What ties an answer to its request: a string or a number, chosen by whoever asks. It comes back as it was.
public enum MessageID: Sendable, Hashable {
  /// An integer of 64 bits.
  case number(Int64)
  /// Any other number that a double holds.
  case real(Double)
  /// A number that neither of these holds.
  case numeral(JSONNumeral)
  /// A string; the size of a message bounds it.
  case text(String)

  /// The member `id` of a message, if there is one.
  public init?(of message: JSONNode) throws(MessageError) {
    let fields = MessageFields(message)
    let id = MessageID(of: fields)
    try fields.check()
    guard let id else { return nil }
    self = id
  }

  /// A member that holds such a name; nil: there is none.
  init?(of message: MessageFields, _ key: StaticString = "id") {
    guard let node = message[key] else { return nil }
    if let number = node.integer {
      self = .number(number)
    } else if let number = node.double {
      self = .real(number)
    } else if let text = node.string {
      self = .text(text)
    } else {
      message.fail(key, node, "give a string or a number")
      return nil
    }
  }

  /// A member that has to be there.
  init(of message: MessageFields, _ key: StaticString = "id", orElse remedy: String) {
    if message[key] == nil { message.fail(key, nil, remedy) }
    self = MessageID(of: message, key) ?? .number(0)
  }

  func write(to message: inout JSONObjectWriter) { write("id", to: &message) }

  func write(_ key: StaticString, to message: inout JSONObjectWriter) {
    switch self {
    case .number(let number): message.set(key, number)
    case .real(let number): message.set(key, number)
    case .numeral(let numeral): message.set(key, numeral)
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
    case .numeral(let numeral): numeral.text
    case .text(let text): text
    }
  }
}
