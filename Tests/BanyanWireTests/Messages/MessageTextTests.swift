import BanyanCore
import BanyanJSON
import Testing

@testable import BanyanWire

/// A request is known by its id, whatever is wrong with the rest of it.
@Suite struct MessageTextTests {
  private func read(_ text: String) -> MessageText {
    var text = text
    return text.withUTF8 { MessageText(UnsafeRawBufferPointer($0)) }
  }

  @Test(arguments: [
    "0", "-7", "9223372036854775807", "9223372036854775808", "-123456789012345678901234567890", "1.5", "5.0", "1e400",
    "-2.5E-999999", #""a""#, #""\"é\u0041""#, #""""#,
  ])
  func anyNumberAndAnyTextIsAName(id: String) throws {
    let message = read(#"{"type": "heartbeat", "id": \#(id), "x": 1}"#)
    let root = try message.content.get().root
    #expect(root["x"]?.integer == 1)
    let heartbeat = try #require(try WorkerMessage(root))
    let named = message.newName.map(heartbeat.named) ?? heartbeat
    guard case .heartbeat(let name) = named else { throw Failure() }
    #expect(name == message.id)
    var text: [UInt8] = []
    ServerMessage.encodeHeartbeat(name, into: &text)
    // Parsed where it can be, else letter by letter.
    if let value = try? JSON(parsing: id) {
      #expect(try JSON(parsing: text)["id"] == value)
    } else {
      #expect(String(decoding: text, as: UTF8.self).contains("\"id\":\(id)"))
    }
  }

  @Test(
    arguments: [
      (#"{"id": 7, "type": "get", "type": "get"}"#, .duplicateKey), (#"{"id": 7, "x": 99999999999999999999}"#, .number),
      (#"{"x": 1e999, "id": 7}"#, .number), (#"{"id": 7, "x": "\u0000"}"#, .nullCharacter),
      (#"{"id": 7, "x": tru}"#, .syntax), (#"{"id": 7"#, nil),
      (#"{"id": 7, "x": "# + String(repeating: "[", count: 65) + String(repeating: "]", count: 65) + "}", .tooDeep),
    ] as [(String, JSONError.Kind?)])
  func whatCantBeReadIsRefusedByItsName(text: String, kind: JSONError.Kind?) {
    let message = read(text)
    guard case .failure(let error as JSONError) = message.content else {
      Issue.record("it was read: \(text)")
      return
    }
    if let kind { #expect(error.kind == kind) }
    #expect(message.id == (kind == nil ? nil : .number(7)))
    #expect(message.newName == nil)
  }

  @Test func aNumberTooMuchElsewhereIsOneAlsoUnderALargeName() {
    let message = read(#"{"id": 99999999999999999999, "x": 99999999999999999999}"#)
    #expect(throws: JSONError.self) { try message.content.get() }
    #expect(message.id?.description == "99999999999999999999")
  }

  @Test(arguments: ["null", "true", "[1]", "{}"])
  func nothingElseIsAName(id: String) {
    let message = read(#"{"id": \#(id)}"#)
    #expect(throws: MessageError.self) { try message.content.get() }
    #expect(message.id == nil)
  }

  private struct Failure: Error {}
}
