import BanyanCore
import BanyanJSON
import BanyanWire
import NIOCore

/// A worker's message, read: what it says, what its tokens prove, or why it can't be read.
struct WorkerReading: Sendable {
  private(set) var id: MessageID?
  private(set) var content: Result<Content, any Error>
  /// It says that it is a `hello`, which may be larger than others.
  private(set) var isHello = false

  enum Content: Sendable {
    case message(WorkerMessage)
    /// With what each of the attempts' tokens proves.
    case hello(HelloMessage, running: [(task: TaskID, token: AttemptProof)])
    case authenticate(AuthenticateMessage)
  }

  init(_ message: ByteBuffer, tokens: AttemptTokenMint) {
    do {
      let document = try message.withUnsafeReadableBytes { try JSONDocument(parsing: $0) }
      let type = document.root["type"]?.string
      isHello = type == "hello"
      id = try MessageID(of: document.root)
      if let type { try Role.worker.mayAsk(for: type) }
      if type == "authenticate" {
        content = .success(.authenticate(try AuthenticateMessage(document.root)))
        return
      }
      switch try WorkerMessage(document.root) {
      case .hello(let hello)?:
        let running = hello.running.map { (task: $0.task, token: tokens.verify($0.token, task: $0.task)) }
        content = .success(.hello(hello, running: running))
      case let known?: content = .success(.message(known))
      case nil:
        throw MessageError(
          field: "type", problem: "is none that a worker sends", remedy: "see the contract of banyan.v1")
      }
    } catch {
      content = .failure(error)
    }
  }
}
