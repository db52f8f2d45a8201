import BanyanClient
import BanyanJSON

/// A provider that submits tasks in batches over one connection, a few batches ahead of their answers.
actor Submitter {
  private let client: SocketClient
  private let messages: [[UInt8]]
  private let window: Int
  private var sent = 0
  private var answered = 0

  /// - Parameters:
  ///   - messages: ready `submit` messages, each with an id.
  ///   - window: how many may be on their way.
  init(_ credentials: Credentials, messages: [[UInt8]], window: Int) throws {
    var options = SocketOptions()
    options.persistence = .once
    client = try SocketClient(credentials, options: options)
    self.messages = messages
    self.window = window
  }

  /// The messages that submit so many tasks that do nothing.
  static func messages(tasks: Int, batch: Int) -> [[UInt8]] {
    stride(from: 0, to: tasks, by: batch).map { start in
      JSONText.object { message in
        message.set("type", "submit")
        message.set("id", start)
        message.array("tasks") { list in
          for _ in start..<min(start + batch, tasks) {
            list.object { task in
              task.set("command", "true")
              task.set("state", "available")
              task.object("requested_resources") { $0.set("cpu_memory_bytes", 0) }
            }
          }
        }
      }
    }
  }

  /// Connects, waits for `start`, submits all, and returns when all are acknowledged.
  func run(_ start: Gate) async throws {
    do {
      try await client.run { event in try await self.handle(event, start) }
    } catch is Finished {
      return
    }
  }

  private func handle(_ event: SocketEvent, _ start: Gate) async throws {
    switch event {
    case .connected:
      await start.arrive()
      try await fill()
    case .received(let texts):
      for text in texts {
        let document = try JSONDocument(parsing: text)
        guard document.root["type"]?.isString("submitted") ?? false else {
          throw Refused(text: String(decoding: text, as: UTF8.self))
        }
        answered += 1
      }
      if answered == messages.count { throw Finished() }
      try await fill()
    case .disconnected(let error): throw error
    }
  }

  private func fill() async throws {
    let end = min(messages.count, answered + window)
    guard sent < end else { return }
    let more = Array(messages[sent..<end])
    sent = end
    try await client.send(more)
  }
}

/// The work is done: how a handler ends its connection.
struct Finished: Error {}

/// The server said something else than it should.
struct Refused: Error, CustomStringConvertible {
  let text: String
  var description: String { "the server answered: \(text.prefix(500))" }
}
