import BanyanCore
import BanyanJSON
import BanyanWire
import NIOCore

/// A provider's message, read: what it asks for, or why it can't be read.
struct ProviderReading: Sendable {
  let id: MessageID?
  let request: Result<ProviderRequest, any Error>

  init(_ message: ByteBuffer, by role: Role, fields: FieldSet) {
    let text = message.withUnsafeReadableBytes { MessageText($0) }
    id = text.id
    request = Result { try Self.request(text, by: role, fields: fields) }
  }

  private static func request(_ text: MessageText, by role: Role, fields: FieldSet) throws -> ProviderRequest {
    let root = try text.content.get().root
    // What it has no business with is not looked at.
    if let type = root["type"]?.string { try role.mayAsk(for: type) }
    guard let read = try ProviderRequest(root, fields: fields) else {
      throw Rejection.field("type", "is none that a provider sends; see the contract of banyan.v1")
    }
    return text.newName.map(read.named) ?? read
  }
}
