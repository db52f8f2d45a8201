import BanyanCore
import BanyanJSON
import BanyanWire
import NIOCore

/// A provider's message, read: what it asks for, or why it can't be read.
struct ProviderReading: Sendable {
  private(set) var id: MessageID?
  private(set) var request: Result<ProviderRequest, any Error>

  init(_ message: ByteBuffer, by role: Role, fields: FieldSet) {
    do {
      let document = try message.withUnsafeReadableBytes { try JSONDocument(parsing: $0) }
      id = try MessageID(of: document.root)
      // What it has no business with is not looked at.
      if let type = document.root["type"]?.string { try role.mayAsk(for: type) }
      guard let read = try ProviderRequest(document.root, fields: fields) else {
        throw Rejection.field("type", "is none that a provider sends; see the contract of banyan.v1")
      }
      request = .success(read)
    } catch {
      request = .failure(error)
    }
  }
}
