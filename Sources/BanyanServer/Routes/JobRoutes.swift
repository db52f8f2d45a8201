import BanyanCore
import BanyanWire
import HTTPTypes
import Hummingbird

/// `/jobs`: what one submission made is one thing.
struct JobRoutes: Sendable {
  let queue: TaskQueue

  private static let fields = FieldSet.documents(
    dates: JobDocument.dateFields, names: JobDocument.fieldNames, identity: "number")

  func add(to table: RouteTable) {
    table.add("/jobs", [.get: .for(.readers, .list("Lists jobs.", of: "Job"), list)])
    table.add("/jobs/{id}", [.get: .for(.readers, .item("Shows a job.", Schema.named("Job")), show)])
    table.add(
      "/jobs/{id}/tasks",
      [.get: .for(.readers, .list("Lists the newest tasks of a job's members, in their order.", of: "Task"), tasks)])
  }

  private func list(_ request: RestRequest) async throws -> Response {
    let parameters = try request.parameters()
    let query = try ListQuery(parameters: parameters.pairs, fields: Self.fields, others: ["dates"])
    let options = try request.options(parameters, projection: query.projection)
    let view = await queue.view()
    let looksInside = query.filter != nil || query.sort != nil
    let text = try await LongReads.shared.run(for: request.reader) { effort throws(Rejection) in
      var page = PageCollector<ListedJob>(query, of: view.jobCount, effort)
      try view.forEachJob { job throws(Rejection) in
        try page.offer(ListedJob(job, looksInside: looksInside))
        return true
      }
      return try Envelope.list(try page.selection(), effort) { $0.document.write(to: &$1, options) }
    }
    return .json(.ok, text)
  }

  private func show(_ request: RestRequest) async throws -> Response {
    let number = try Self.number(in: request)
    let parameters = try request.parameters()
    try parameters.allow(["dates"])
    guard let job = await queue.read({ $0.job(number) }) else { throw Self.noJob(number.description) }
    return .json(.ok, JobDocument.document(job).encoded(try request.options(parameters)))
  }

  private func tasks(_ request: RestRequest) async throws -> Response {
    let number = try Self.number(in: request)
    let parameters = try request.parameters()
    let fields = FieldSet.tasks(environments: ShownEnvironments(for: request.asker))
    var query = try ListQuery(parameters: parameters.pairs, fields: fields, others: ["dates"])
    // Not by identifier: a member that was tried again keeps its place.
    if query.sort == nil { query.sort = try Sort(text: "member", fields: fields) }
    let options = try request.options(parameters, projection: query.projection)
    let view = await queue.view()
    guard view.job(number) != nil else { throw Self.noJob(number.description) }
    let text = try await LongReads.shared.run(for: request.reader) { [query] effort throws(Rejection) in
      try Envelope.list(try query.select(from: view.tasks(of: number), effort), options, effort)
    }
    return .json(.ok, text)
  }

  private static func number(in request: RestRequest) throws(Rejection) -> JobNumber {
    let text = request.path.get("id") ?? ""
    // As it is written: no sign, no zero in front.
    guard let number = UInt64(text), number > 0, String(number) == text else { throw noJob(text) }
    return JobNumber(number)
  }

  private static func noJob(_ text: String) -> Rejection {
    Rejection(.notFound, "There is no job \(text.prefix(64)); a job has a number, from 1.")
  }
}

/// A job as lists have it: in the order of their numbers.
private struct ListedJob: Listed {
  private let job: JobRecord
  private let known: Document?

  /// - Parameter looksInside: its document is asked for fields while the page is picked; else it is made only if it is on
  ///   the page.
  init(_ job: JobRecord, looksInside: Bool) {
    self.job = job
    known = looksInside ? JobDocument.document(job) : nil
  }

  var document: Document { known ?? JobDocument.document(job) }
  var listedID: Identifier { Identifier(seconds: 0, rest: job.number.value) }

  func listedValue(_ field: ListedField) -> FieldValue { document.listedValue(field) }
}
