import BanyanCore
import BanyanWire
import NIOCore
import NIOHTTP1

/// `GET /tasks/ID` with a token and nothing else, which is what scripts ask all day: answered on the connection's loop,
/// before a router and its tasks are set to work. Whatever is not quite so, or finds nothing, is the router's.
struct DirectTaskLookup: Sendable {
  let queue: TaskQueue
  let directory: UserDirectory
  let meter: RequestMeter
  /// What stands before every path, as in `/queue`, or nothing.
  let basePath: String

  /// A task that somebody may see.
  struct Question: Sendable {
    let task: TaskID
    let options: DocumentOptions
  }

  /// Headers that make a request something else.
  private static let others = [
    "connection", "upgrade", "expect", "content-length", "transfer-encoding", "content-encoding",
  ]

  /// What a request asks; nil: something else.
  func question(_ head: HTTPRequestHead) -> Question? {
    guard head.method == .GET, head.version == .http1_1, let task = task(in: head.uri) else { return nil }
    var authorization: String?
    for (name, value) in head.headers {
      if name.utf8.count == 13, name.lowercased() == "authorization" {
        guard authorization == nil else { return nil }
        authorization = value
      } else if Self.others.contains(where: { $0.utf8.count == name.utf8.count && $0 == name.lowercased() }) {
        return nil
      }
    }
    guard let token = authorization.flatMap(Authorization.token), let user = directory.user(token: token),
      user.role != .worker
    else { return nil }
    return Question(task: task, options: DocumentOptions(environments: ShownEnvironments(for: Principal(user))))
  }

  private func task(in path: String) -> TaskID? {
    let prefix = basePath + "/tasks/"
    guard path.utf8.count == prefix.utf8.count + Identifier.length, path.hasPrefix(prefix) else { return nil }
    return Identifier(String(path.suffix(Identifier.length)))
  }

  /// Tells the document, once what it shows is durable; nil: there is no such task.
  /// - Parameter loop: where `done` is called; at once, if that is the queue's.
  func answer(_ question: Question, on loop: any EventLoop, _ done: @escaping @Sendable ([UInt8]?) -> Void) {
    let start = RequestMeter.now()
    queue.look(up: question.task) { record in
      let tell: @Sendable () -> Void = {
        guard let record else { return done(nil) }
        meter.answered(
          RequestMeter.Route(method: "GET", path: basePath + "/tasks/{id}"), status: 200, since: start)
        done(TaskDocument.encoded(record, question.options))
      }
      if loop.inEventLoop { tell() } else { loop.execute(tell) }
    }
  }
}
