import BanyanCore
import BanyanJSON
import BanyanWire
import NIOCore

/// A worker's message, read: what it says, what its tokens prove, or why it can't be read.
struct WorkerReading: Sendable {
  let id: MessageID?
  let content: Result<Content, any Error>
  /// It says that it is a `hello`, which may be larger than others.
  let isHello: Bool

  enum Content: Sendable {
    case message(WorkerMessage)
    /// With what each of the attempts' tokens proves.
    case hello(HelloMessage, running: [(task: TaskID, token: AttemptProof)])
    case authenticate(AuthenticateMessage)
  }

  init(_ message: ByteBuffer, tokens: AttemptTokenMint) {
    let text = message.withUnsafeReadableBytes { MessageText($0) }
    id = text.id
    isHello = (try? text.content.get())?.root["type"]?.isString("hello") ?? false
    content = Result { try Self.content(text, tokens) }
  }

  private static func content(_ text: MessageText, _ tokens: AttemptTokenMint) throws -> Content {
    let root = try text.content.get().root
    let type = root["type"]?.string
    if let type { try Role.worker.mayAsk(for: type) }
    if type == "authenticate" {
      var message = try AuthenticateMessage(root)
      message.id = text.id
      return .authenticate(message)
    }
    guard let read = try WorkerMessage(root) else {
      throw MessageError(
        field: "type", problem: "is none that a worker sends", remedy: "see the contract of banyan.v1")
    }
    let known = text.newName.map(read.named) ?? read
    guard case .hello(let hello) = known else { return .message(known) }
    return .hello(hello, running: hello.running.map { (task: $0.task, token: tokens.verify($0.token, task: $0.task)) })
  }
}
