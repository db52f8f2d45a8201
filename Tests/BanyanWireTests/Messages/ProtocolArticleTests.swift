import BanyanCore
import BanyanJSON
import Foundation
import Testing

@testable import BanyanWire

/// The article on the protocol is true: each of its examples is read by the types that the server and its clients use,
/// comes back from them as it stands there, and no type of message lacks one.
@Suite struct ProtocolArticleTests {
  private static let article = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Sources/BanyanWire/BanyanWire.docc/Protocol.md")

  /// Who speaks, as the article's headings have it.
  private enum Speaker: String, CaseIterable {
    case worker = "## A worker sends"
    case serverToWorker = "## A worker gets"
    case provider = "## A provider sends"
    case serverToProvider = "## A provider gets"
  }

  /// The JSON blocks below one of the headings.
  private func examples(_ speaker: Speaker) throws -> [JSON] {
    let lines = try String(contentsOf: Self.article, encoding: .utf8).split(
      separator: "\n", omittingEmptySubsequences: false)
    var examples: [JSON] = []
    var isBelow = false
    var block: [Substring]?
    for line in lines {
      if line.hasPrefix("## ") { isBelow = line == speaker.rawValue }
      if line == "```json" {
        block = []
      } else if line == "```" {
        if isBelow, let block { examples.append(try JSON(parsing: block.joined(separator: "\n"))) }
        block = nil
      } else {
        block?.append(line)
      }
    }
    return examples
  }

  /// Reads an example by `read`, which tells the sort of message that it is and its text.
  /// - Returns: the sorts that have an example.
  private func kinds<Kind: Hashable>(
    _ speaker: Speaker, _ read: (JSON, JSONNode) throws -> (kind: Kind, text: [UInt8])
  ) throws -> Set<Kind> {
    var kinds: Set<Kind> = []
    for example in try examples(speaker) {
      let (kind, text) = try read(example, try JSONDocument(parsing: example.encoded()).root)
      #expect(try JSON(parsing: text) == example)
      kinds.insert(kind)
    }
    return kinds
  }

  private func text(_ encode: (inout [UInt8]) -> Void) -> [UInt8] {
    var text: [UInt8] = []
    encode(&text)
    return text
  }

  // MARK: Workers

  /// The messages of a worker. The compiler asks for a new one here, and then the article for its example.
  private enum WorkerKind: CaseIterable {
    case hello, claim, started, report, usage, tails, heartbeat, release, goodbye, log, error

    init(_ message: WorkerMessage) {
      switch message {
      case .hello: self = .hello
      case .claim: self = .claim
      case .started: self = .started
      case .report: self = .report
      case .usage: self = .usage
      case .tails: self = .tails
      case .heartbeat: self = .heartbeat
      case .release: self = .release
      case .goodbye: self = .goodbye
      case .log: self = .log
      case .error: self = .error
      }
    }
  }

  @Test func whatAWorkerSends() throws {
    let told = try kinds(.worker) { _, node in
      let message = try #require(try WorkerMessage(node))
      return (WorkerKind(message), text(message.encode))
    }
    #expect(told == Set(WorkerKind.allCases))
  }

  private enum ServerKind: Hashable, CaseIterable {
    case welcome, claimed, reported, released, heartbeat, cancel, deregister, requestUsage, requestLog, shutdown, error

    init(_ message: ServerMessage) {
      switch message {
      case .welcome: self = .welcome
      case .claimed: self = .claimed
      case .judged(let judged):
        switch judged.kind {
        case .reported: self = .reported
        case .released: self = .released
        }
      case .heartbeat: self = .heartbeat
      case .cancel: self = .cancel
      case .deregister: self = .deregister
      case .requestUsage: self = .requestUsage
      case .requestLog: self = .requestLog
      case .shutdown: self = .shutdown
      case .error: self = .error
      }
    }
  }

  @Test func whatAWorkerGets() throws {
    let told = try kinds(.serverToWorker) { _, node in
      let message = try #require(try ServerMessage(node))
      return (ServerKind(message), text(message.encode))
    }
    #expect(told == Set(ServerKind.allCases))
  }

  // MARK: Providers

  private enum ProviderKind: CaseIterable {
    case authenticate, submit, submitJob, cancelTasks, cancelMatching, get, subscribe, unsubscribe
  }

  /// The server understands tasks, filters and queries at once, so that what comes back is a client's message with what the
  /// server read, and with those three as they stand in the article.
  private func sent(_ request: ProviderRequest, _ example: JSON) -> (kind: ProviderKind, text: [UInt8]) {
    let members = example.object ?? [:]
    switch request {
    case .authenticate(let message): return (.authenticate, text(message.encode))
    case .submit(let submit):
      switch submit.content {
      case .tasks(let drafts):
        #expect(drafts.count == members["tasks"]?.array?.count)
        let message = SubmitMessage(id: submit.id, tasks: members["tasks"]?.array ?? [], key: submit.key)
        return (.submit, text(message.encode))
      case .job(let job):
        #expect(job.families.count == members["job"]?["tasks"]?.array?.count && job.remarks.isEmpty)
        let message = SubmitMessage(id: submit.id, job: members["job"] ?? .null, key: submit.key)
        return (.submitJob, text(message.encode))
      }
    case .cancel(let cancel):
      switch cancel.target {
      case .tasks(let tasks):
        let message = CancelMessage(id: cancel.id, .tasks(tasks), shutdownTimeMilliseconds: cancel.grace)
        return (.cancelTasks, text(message.encode))
      case .matching:
        let message = CancelMessage(
          id: cancel.id, .matching(members["where"] ?? .null), shutdownTimeMilliseconds: cancel.grace)
        return (.cancelMatching, text(message.encode))
      }
    case .get(let get):
      let message = GetMessage(
        id: get.id, filter: members["where"], projection: members["projection"], sort: members["sort"]?.string,
        maxResults: get.query.maxResults, page: get.query.page)
      return (.get, text(message.encode))
    case .subscribe(let message): return (.subscribe, text(message.encode))
    case .unsubscribe(let message): return (.unsubscribe, text(message.encode))
    }
  }

  @Test func whatAProviderSends() throws {
    let told = try kinds(.provider) { example, node in
      sent(try #require(try ProviderRequest(node)), example)
    }
    #expect(told == Set(ProviderKind.allCases))
  }

  private enum AnswerKind: CaseIterable {
    case authenticated, submitted, cancelled, items, subscribed, event, lagged, unsubscribed, shutdown, error
  }

  private func told(_ answer: ProviderAnswer) throws -> (kind: AnswerKind, text: [UInt8]) {
    switch answer {
    case .authenticated(let message): (.authenticated, text(message.encode))
    case .submitted(let message): (.submitted, text(message.encode))
    case .cancelled(let message): (.cancelled, text(message.encode))
    case .items(let message): (.items, try text(of: message))
    case .subscribed(let message): (.subscribed, text(message.encode))
    case .event(let message): (.event, text(message.encode))
    case .lagged(let message): (.lagged, text(message.encode))
    case .unsubscribed(let message): (.unsubscribed, text(message.encode))
    case .shutdown: (.shutdown, text(ServerMessage.shutdown.encode))
    case .error(let message): (.error, text(message.encode))
    }
  }

  /// As the server writes a page: of tasks that show no more than the example does.
  private func text(of message: ItemsMessage) throws -> [UInt8] {
    let projection = try JSONDocument(parsing: #"{"name": 1, "state": 1}"#)
    let tasks = try message.items.map { item in
      let id = try #require(item.object?["_id"]?.string.flatMap { Identifier($0) })
      var fields = TaskFields()
      fields.name = item.object?["name"]?.string
      let state = try #require(item.object?["state"]?.string.flatMap { TaskState(name: $0) })
      return TaskRecord(
        id: id, updated: 0, spec: TaskSpec(owner: "ann", fields: fields), state: state, isHeld: false,
        pendingDependencyCount: 0, attemptCount: 0, lossCount: 0, claimNumber: 0, cause: nil, availableSince: 0,
        turn: 0,
        delayedUntil: 0, killDue: 0, allContinuations: [], continuations: [], attempts: [])
    }
    var text: [UInt8] = []
    let leftOut = try ItemsMessage.encode(
      id: message.id,
      Selection(
        items: tasks, page: message.page, maxResults: message.maxResults, total: message.total,
        next: message.next.flatMap { ListCursor($0, .task) }),
      sequence: message.sequence,
      options: DocumentOptions(dates: .iso8601, projection: try Projection(projection.root, fields: .tasks())),
      limit: .max, .unbounded, into: &text)
    #expect(leftOut == message.leftOut)
    return text
  }

  @Test func whatAProviderGets() throws {
    let told = try kinds(.serverToProvider) { _, node in
      try self.told(try #require(try ProviderAnswer(node)))
    }
    #expect(told == Set(AnswerKind.allCases))
  }

  @Test func eachExampleStandsBelowSomebody() throws {
    let article = try String(contentsOf: Self.article, encoding: .utf8)
    let blocks = article.split(separator: "\n").count { $0 == "```json" }
    let read = try Speaker.allCases.reduce(0) { try $0 + examples($1).count }
    #expect(read == blocks)
  }
}
