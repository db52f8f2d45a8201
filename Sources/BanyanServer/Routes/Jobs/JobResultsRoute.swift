import BanyanCore
import BanyanJSON
import BanyanWire
import HTTPTypes
import Hummingbird
import NIOCore

/// `/jobs/N/results`: a row for each member, as JSON, or as CSV for who accepts that.
struct JobResultsRoute: Sendable {
  let queue: TaskQueue
  let usage: UsageBoard

  private static let fields = FieldSet.documents(
    dates: JobResults.dateFields, names: JobResults.fieldNames, identity: "member")
  private static let csv = "text/csv"

  func add(to table: RouteTable) {
    var operation = Operation.list("Tells how a job's members went, a row for each.", of: "JobResult")
    operation.answers[0].content.append((Self.csv, Schema.text))
    table.add("/jobs/{id}/results", [.get: .for(.readers, operation, results)])
  }

  private func results(_ request: RestRequest) async throws -> Response {
    let number = try request.jobNumber()
    let parameters = try request.parameters()
    var query = try ListQuery(parameters: parameters.pairs, fields: Self.fields, others: ["dates"])
    let isCSV = Self.acceptsCSV(request.request.headers[.accept])
    let isWhole = isCSV && !parameters.contains { $0.0 == "max_results" || $0.0 == "page" }
    // In the members' order: then only the rows of the page are made.
    let isPlain = query.filter == nil && query.sort == nil
    if query.sort == nil { query.sort = try Sort(text: "member", fields: Self.fields) }
    var options = try request.options(parameters, projection: query.projection)
    if isCSV, try parameters.value("dates") == nil { options.dates = .iso8601 }
    let view = await queue.view()
    guard let job = view.job(number) else { throw JobRoutes.noJob(number.description) }
    let rows = JobRows(job: number, view: view, figures: await usage.current())
    let text = try await LongReads.shared.run(for: request.reader) { [query, options] effort throws(Rejection) in
      if isWhole, isPlain {
        return try Self.whole(rows, JobResults.parameters(of: job), options, effort)
      }
      var wanted = query
      // Without a page all rows are wanted: as many as there can be.
      if isWhole { wanted.maxResults = Int(JobPlace.maxMembers) }
      let page = isPlain ? try rows.page(wanted, effort) : try rows.select(wanted, effort)
      guard isCSV else { return try Envelope.list(page, options, effort) }
      return try Self.csv(page.items, JobResults.parameters(of: job), options, effort)
    }
    return isCSV ? .csv(text) : .json(.ok, text)
  }

  /// Row by row: none is kept.
  private static func whole(
    _ rows: JobRows, _ parameters: [String], _ options: DocumentOptions, _ effort: Effort
  ) throws(Rejection) -> [UInt8] {
    var text: [UInt8] = []
    JobResults.appendHead(parameters, to: &text)
    try rows.forEach(effort) { row throws(Rejection) in
      JobResults.append(row, parameters, dates: options.dates, to: &text)
      try check(text.count)
    }
    return text
  }

  private static func csv(
    _ rows: [Document], _ parameters: [String], _ options: DocumentOptions, _ effort: Effort
  ) throws(Rejection) -> [UInt8] {
    var text: [UInt8] = []
    JobResults.appendHead(parameters, to: &text)
    for row in rows {
      try effort.spend(16)
      JobResults.append(row, parameters, dates: options.dates, to: &text)
      try check(text.count)
    }
    return text
  }

  private static func check(_ size: Int) throws(Rejection) {
    guard size > Envelope.maxListBytes else { return }
    throw Rejection(
      .tooLarge,
      "The results are more than the \(Envelope.maxListBytes) bytes of an answer; ask for a part of them by max_results and page."
    )
  }

  /// Whether CSV is asked for before JSON.
  static func acceptsCSV(_ accept: String?) -> Bool {
    for range in (accept ?? "").split(separator: ",") {
      let type = range.prefix { $0 != ";" }.trimmed.lowercased()
      if type == csv { return true }
      if type == "application/json" { return false }
    }
    return false
  }
}

/// The rows of a job's results, made as they are asked for.
struct JobRows: Sendable {
  private let job: JobNumber
  private let view: QueueView
  private let figures: UsageBoard.LastFigures
  /// Workers', those included that are no longer registered.
  private let names: [WorkerID: String]

  init(job: JobNumber, view: QueueView, figures: UsageBoard.LastFigures) {
    self.job = job
    self.view = view
    self.figures = figures
    let known = view.workers.map { ($0.record.id, $0.record.name) } + view.barredNames.map { ($0.id, $0.name) }
    names = Dictionary(known, uniquingKeysWith: { first, _ in first })
  }

  /// The page of all rows in their order.
  func page(_ query: ListQuery, _ effort: Effort) throws(Rejection) -> Selection<Document> {
    let tasks = view.tasks(of: job)
    let total = tasks.count
    try effort.spend(total / 8)
    let (first, overflow) = (query.page - 1).multipliedReportingOverflow(by: query.maxResults)
    var items: [Document] = []
    if !overflow, first < total {
      for task in tasks.dropFirst(first).prefix(query.maxResults) {
        try effort.spend(16)
        items.append(document(task))
      }
    }
    return Selection(items: items, page: query.page, maxResults: query.maxResults, total: total)
  }

  /// The page that a query wants.
  func select(_ query: ListQuery, _ effort: Effort) throws(Rejection) -> Selection<Document> {
    var page = PageCollector<Document>(query, effort)
    try forEach(effort) { row throws(Rejection) in try page.offer(row) }
    return try page.selection()
  }

  func forEach(_ effort: Effort, _ body: (Document) throws(Rejection) -> Void) throws(Rejection) {
    for task in view.tasks(of: job) {
      try effort.spend(16)
      try body(document(task))
    }
  }

  private func document(_ task: TaskRecord) -> Document {
    JobResults.document(figures.complete(task)) { names[$0] }
  }
}

extension Response {
  /// An answer whose body is this text of RFC 4180, in UTF-8.
  static func csv(_ body: [UInt8]) -> Response {
    Response(
      status: .ok, headers: [.contentType: "text/csv; charset=utf-8; header=present"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
  }
}
