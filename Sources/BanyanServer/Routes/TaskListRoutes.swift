import BanyanCore
import BanyanJSON
import BanyanWire
import HTTPTypes
import Hummingbird

/// `/tasks`: lists, submits, changes and forgets many tasks.
struct TaskListRoutes: Sendable {
  let queue: TaskQueue
  let tokens: AttemptTokenMint

  func add(to table: RouteTable) {
    table.add(
      "/tasks",
      [
        .get: .for(
          .anyRole, .pagedList("Lists the newest task of each member of each job.", of: "Task", cursor: .task), list),
        .post: .for(.providers, Self.submission, submit),
        .patch: .for(
          .providers,
          .write(
            "Changes tasks, all or none, each seeing those before.",
            body: Schema.list(of: Schema.named("TaskPatchOfMany"), atMost: TaskDocument.maxPatches),
            answer: Schema.named("WrittenList")
          ).refusing(404), change),
        .delete: .for(.providers, Self.forgetting, forget),
      ])
  }

  private static var submission: Operation {
    let new = Schema.named("NewTask")
    var operation = Operation.write(
      "Makes a task, or a list of tasks: all or none.",
      body: ["oneOf": [new, Schema.list(of: new, atMost: TaskDocument.maxTasks)]], status: 201,
      answer: ["anyOf": [Schema.named("Written"), Schema.named("WrittenList")]])
    operation.takesKey = true
    return operation
  }

  /// Names how many tasks fit that only others may change, and that are as they were.
  static let others = HTTPField.Name("Banyan-Others")

  private static var forgetting: Operation {
    var filter = Operation.Parameter.filter
    filter.isRequired = true
    return .removal(
      "Forgets ended tasks. What is another's is passed over, and counted by the answer's header Banyan-Others.",
      query: [filter, .init(name: "force", meaning: "The others too; attempts are abandoned.", schema: Schema.flag)])
  }

  private func list(_ request: RestRequest) async throws -> Response {
    let parameters = try request.parameters()
    let query = try ListQuery(
      parameters: parameters.pairs, fields: .tasks(environments: ShownEnvironments(for: request.asker)),
      others: ["dates"], cursor: .task)
    let options = try request.options(parameters, projection: query.projection)
    let link = request.link
    let view = await queue.view()
    return .json(
      .ok,
      try await LongReads.shared.run(for: request.reader) { effort throws(Rejection) in
        try Envelope.list(try view.select(query, effort), options, link: link, effort)
      })
  }

  private func submit(_ request: RestRequest) async throws -> Response {
    let parameters = try request.parameters()
    try parameters.allow(["dates"])
    let dates = try parameters.dates()
    let document = try await request.document()
    let drafts = try TaskDocument.drafts(document.root)
    let key = try request.idempotencyKey(of: document.root.value)
    let isList = document.root.isArray
    let submission = Submission(tasks: drafts, by: request.asker, key: key)
    let made = try await queue.perform(.submit(submission)) { state, answer -> (ids: [TaskID], time: Int64)? in
      guard case .submitted(let ids) = answer else { return nil }
      // What became of them since is another matter: a repeat is answered as the first request was.
      return (ids, key.flatMap { state.timeOfAnswer(to: $0.key, by: submission.by) } ?? state.time)
    }
    guard let made else { throw UnfitAnswer() }
    if !isList, let id = made.ids.first {
      return .json(.created, Envelope.written(id, created: made.time, updated: made.time, dates: dates))
    }
    return .json(.created, Envelope.made(made.ids, at: made.time, dates: dates))
  }

  private func change(_ request: RestRequest) async throws -> Response {
    let parameters = try request.parameters()
    try parameters.allow(["dates"])
    let dates = try parameters.dates()
    let document = try await request.document()
    let root = document.root
    let (named, asker) = (root.identifiers(under: "_id"), request.asker)
    let patches = try await request.read(unless: { $0.refusal(ofChanging: named, by: asker) }, in: queue) {
      () throws(Rejection) in try TaskDocument.patches(root) { tokens.verify($1, task: $0) }
    }
    let answer = try await queue.perform(.update(patches, by: request.asker))
    guard case .updated(let tasks) = answer else { throw UnfitAnswer() }
    return .json(.ok, Envelope.written(tasks.map(\.record), dates: dates))
  }

  private func forget(_ request: RestRequest) async throws -> Response {
    let parameters = try request.parameters()
    try parameters.allow(["where", "force"])
    guard let text = try parameters.value("where") else {
      throw Rejection.field("where", "missing; say which tasks are to be forgotten, {} for all")
    }
    let isForced = try parameters.flag("force")
    let asker = request.asker
    let filter = try Filter(text: text, fields: .tasks(environments: ShownEnvironments(for: asker)))
    let view = await queue.view()
    let found = try await LongReads.shared.run(for: request.reader) { effort throws(Rejection) in
      try view.ids(matching: filter, changedBy: asker, effort)
    }
    _ = try await queue.perform(.forget(found.ids, isForced ? .everything : .ended, by: asker))
    var response = Response(status: .noContent)
    if let others = Self.others, found.others > 0 { response.headers[others] = "\(found.others)" }
    return response
  }
}

/// The queue answered a command with what belongs to another one.
struct UnfitAnswer: Error {}
