import BanyanCore
import BanyanJSON

@testable import BanyanServer

extension TestServer {
  /// A socket of a first user's.
  func socket(_ role: Role = .provider, token: String? = nil) async throws -> RawClient {
    try await socket(token: token ?? tokens[role], headers: [])
  }

  /// A socket of whose token this is; nil: it brings none.
  func socket(token: String?, headers: [String]) async throws -> RawClient {
    try await RawClient.socket(to: port, headers: headers + (token.map { ["Authorization: Bearer \($0)"] } ?? []))
  }
}

extension RawClient {
  /// The next text frame, which is one message; anything else is thrown.
  mutating func message() async throws -> JSON {
    let frame = try await frame()
    guard frame.opcode == 0x81 else { throw Closed(received: "a frame of opcode \(frame.opcode): \(frame)") }
    return try JSON(parsing: frame.payload)
  }

  /// Sends a message; the next one that comes.
  mutating func ask(_ text: String) async throws -> JSON {
    try await send(Self.text(text))
    return try await message()
  }
}
