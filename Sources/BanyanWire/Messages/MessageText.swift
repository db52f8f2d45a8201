import BanyanJSON

/// A message as it came: what it says, or why it can't be read, and in either case what it is called, so that its answer
/// can be told.
public struct MessageText {
  /// The parsed message, or why its text isn't JSON.
  public let content: Result<JSONDocument, any Error>
  /// The request's name; nil: it has none, or none that can be found.
  public let id: MessageID?

  /// The name, where what ``content`` says in its place is not it.
  public var newName: MessageID? { if case .numeral = id { id } else { nil } }

  /// Reads a message's text.
  public init(_ bytes: UnsafeRawBufferPointer) {
    do throws(JSONError) {
      let document = try JSONDocument(parsing: bytes)
      do throws(MessageError) {
        id = try MessageID(of: document.root)
        content = .success(document)
      } catch {
        id = nil
        content = .failure(error)
      }
    } catch {
      let place = JSONMember.scalar("id", in: bytes)
      id = place.flatMap { Self.id(bytes[$0]) }
      content = Self.content(bytes, error, id, at: place)
    }
  }

  /// The name that stands in a text which can't be parsed as a whole.
  private static func id(_ literal: Slice<UnsafeRawBufferPointer>) -> MessageID? {
    if let document = try? JSONDocument(parsing: UnsafeRawBufferPointer(rebasing: literal)) {
      return document.root.integer.map(MessageID.number) ?? document.root.double.map(MessageID.real)
        ?? document.root.string.map(MessageID.text)
    }
    return JSONNumeral(String(decoding: literal, as: UTF8.self)).map(MessageID.numeral)
  }

  /// A name may be any number, and most of them fit into no machine's. So another one is put in its place, if that is what
  /// the parser stumbled over.
  private static func content(
    _ bytes: UnsafeRawBufferPointer, _ error: JSONError, _ id: MessageID?, at place: Range<Int>?
  ) -> Result<JSONDocument, any Error> {
    guard error.kind == .number, case .numeral = id, let place else { return .failure(error) }
    var text = Array(bytes)
    text.replaceSubrange(place, with: [UInt8(ascii: "0")] + Array(repeating: UInt8(ascii: " "), count: place.count - 1))
    return Result { try JSONDocument(parsing: text) }
  }
}
