import BanyanCore
import BanyanJSON
import BanyanWire
import HTTPTypes
import Hummingbird

/// `/jobs` and `/jobs/N`: what one submission made is one thing.
struct JobRoutes: Sendable {
  let queue: TaskQueue
  let forecaster: Forecaster

  static let fields = FieldSet.documents(
    dates: JobDocument.dateFields, names: JobDocument.fieldNames, identity: "number")

  func add(to table: RouteTable) {
    table.add(
      "/jobs",
      [
        .get: .for(.readers, .pagedList("Lists jobs, in the order of their numbers.", of: "Job", cursor: .job), list),
        .post: .for(.providers, Self.making, submit),
        .delete: .for(.providers, Self.forgetting, forgetMany),
      ])
    table.add(
      "/jobs/{id}",
      [
        .get: .for(.readers, .item("Shows a job.", Schema.named("Job")), show),
        .patch: .for(.providers, Self.changing, change),
        .delete: .for(.providers, .removal("Forgets a job that has ended, with its tasks."), forget),
      ])
    table.add(
      "/jobs/{id}/tasks",
      [
        .get: .for(
          .readers,
          .pagedList("Lists the newest tasks of a job's members, in their order.", of: "Task", cursor: .member), tasks)
      ])
  }

  private static var making: Operation {
    Operation(
      summary: "Makes a job of single tasks and families, all or nothing.", body: Schema.named("NewJob"),
      answers: [.json(201, JobAnswers.madeSchema)], isWrite: true
    ).keyed.refusing(404)
  }

  private static var changing: Operation {
    Operation(
      summary: "Changes all members of a job that it can apply to, as one, and counts them by what happened.",
      body: JobChange.schema, answers: [.json(200, JobAnswers.changedSchema)], isWrite: true)
  }

  private static var forgetting: Operation {
    var filter = Operation.Parameter.filter
    filter.isRequired = true
    return .removal(
      "Forgets ended jobs that fit, with their tasks. Others are passed over, and so is what is another's: the answer's header Banyan-Others counts those.",
      query: [filter])
  }

  // MARK: Reading

  private func list(_ request: RestRequest) async throws -> Response {
    let parameters = try request.parameters()
    let query = try ListQuery(parameters: parameters.pairs, fields: Self.fields, others: ["dates"], cursor: .job)
    let options = try request.options(parameters, projection: query.projection)
    let link = request.link
    let view = await queue.view()
    let outlook = JobOutlook(await forecaster.latest(), now: queue.clock.wall)
    let text = try await LongReads.shared.run(for: request.reader) { effort throws(Rejection) in
      try Envelope.list(try view.selectJobs(query, outlook, effort), link: link, effort) {
        $0.document.write(to: &$1, options)
      }
    }
    return .json(.ok, text)
  }

  private func show(_ request: RestRequest) async throws -> Response {
    let number = try request.jobNumber()
    let parameters = try request.parameters()
    try parameters.allow(["dates"])
    let options = try request.options(parameters)
    let view = await queue.view()
    guard let job = view.job(number) else { throw Self.noJob(number.description) }
    let expected = job.state.isEnded ? nil : JobOutlook(await forecaster.latest(), now: queue.clock.wall)[job]
    guard job.families.isEmpty else {
      return .json(.ok, JobDocument.document(job, expected: expected).encoded(options))
    }
    let text = try await LongReads.shared.run(for: request.reader) { effort throws(Rejection) in
      let families = try JobFamily.derived(from: view.tasks(of: number), effort)
      return JobDocument.document(job, families: families, expected: expected).encoded(options)
    }
    return .json(.ok, text)
  }

  private func tasks(_ request: RestRequest) async throws -> Response {
    let number = try request.jobNumber()
    let parameters = try request.parameters()
    let query = try ListQuery(
      parameters: parameters.pairs, fields: .tasks(environments: ShownEnvironments(for: request.asker)),
      others: ["dates"], cursor: .member)
    if let after = query.after, after.number != number {
      throw Rejection.field(
        "after", "\(after) is a place in another job; give the cursor of the page before (as \(number).7)")
    }
    let options = try request.options(parameters, projection: query.projection)
    let link = request.link
    let view = await queue.view()
    guard view.job(number) != nil else { throw Self.noJob(number.description) }
    let text = try await LongReads.shared.run(for: request.reader) { effort throws(Rejection) in
      try Envelope.list(try view.select(query, of: number, effort), options, link: link, effort)
    }
    return .json(.ok, text)
  }

  static func noJob(_ text: String) -> Rejection {
    Rejection(.notFound, "There is no job \(text.prefix(64)); a job has a number, from 1.")
  }

  // MARK: Writing

  private func submit(_ request: RestRequest) async throws -> Response {
    try request.parameters().allow([])
    let document = try await request.document()
    let job = try JobRequest(document.root)
    let key = try request.idempotencyKey(of: document.root.value)
    let answer = try await queue.perform(.submitJob(job.submission(by: request.asker, key: key)))
    guard case .jobSubmitted(let receipt) = answer else { throw UnfitAnswer() }
    var response = Response.json(.created, JobAnswers.made(receipt, remarks: job.remarks))
    response.headers[.location] = "\(request.request.uri.path)/\(receipt.number)"
    return response
  }

  private func change(_ request: RestRequest) async throws -> Response {
    let number = try request.jobNumber()
    try request.parameters().allow([])
    let body = try await request.document().root
    let asker = request.asker
    let change = try await request.read(unless: { $0.refusal(ofChanging: number, by: asker) }, in: queue) {
      () throws(Rejection) in try JobChange(body, of: number, by: asker)
    }
    guard case .jobChanged(let counts) = try await queue.perform(.changeJob(change)) else { throw UnfitAnswer() }
    return .json(.ok, JobAnswers.changed(number, counts))
  }

  private func forget(_ request: RestRequest) async throws -> Response {
    let number = try request.jobNumber()
    try request.parameters().allow([])
    guard await queue.read({ $0.job(number) }) != nil else { throw Self.noJob(number.description) }
    _ = try await queue.perform(.forgetJobs([number], by: request.asker))
    return Response(status: .noContent)
  }

  private func forgetMany(_ request: RestRequest) async throws -> Response {
    let parameters = try request.parameters()
    try parameters.allow(["where"])
    guard let text = try parameters.value("where") else {
      throw Rejection.field("where", "missing; say which jobs are to be forgotten, {} for all that have ended")
    }
    let filter = try Filter(text: text, fields: Self.fields)
    let asker = request.asker
    let view = await queue.view()
    let found = try await LongReads.shared.run(for: request.reader) { effort throws(Rejection) in
      try view.endedJobs(matching: filter, changedBy: asker, effort)
    }
    if !found.numbers.isEmpty { _ = try await queue.perform(.forgetJobs(found.numbers, by: asker)) }
    var response = Response(status: .noContent)
    if let others = TaskListRoutes.others, found.others > 0 { response.headers[others] = "\(found.others)" }
    return response
  }
}

extension RestRequest {
  /// The number in the path.
  func jobNumber() throws(Rejection) -> JobNumber {
    let text = path.get("id") ?? ""
    // As it is written: no sign, no zero in front.
    guard let number = UInt64(text), number > 0, String(number) == text else { throw JobRoutes.noJob(text) }
    return JobNumber(number)
  }

  /// The address of the same list behind a cursor.
  var link: Envelope.Link {
    let kept = (request.uri.query ?? "").split(separator: "&").filter { part in
      !["after", "page"].contains(part.prefix { $0 != "=" })
    }
    let start = request.uri.path + "?" + kept.map { $0 + "&" }.joined()
    return { "\(start)after=\($0)" }
  }
}

extension QueueState {
  /// Why somebody may not change a job; nil: it may.
  func refusal(ofChanging number: JobNumber, by asker: Principal) -> Rejection? {
    guard let job = job(number) else { return JobRoutes.noJob(number.description) }
    guard !asker.mayChange(ownedBy: job.owner) else { return nil }
    return Rejection(
      .forbidden, "The job \(number) is \(job.owner)'s, not yours: \(job.owner) or an admin can change it.")
  }
}
