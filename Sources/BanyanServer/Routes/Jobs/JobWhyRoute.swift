import BanyanCore
import BanyanJSON
import BanyanWire
import HTTPTypes
import Hummingbird

/// `/jobs/N/why`: what holds most of a job back.
struct JobWhyRoute: Sendable {
  let queue: TaskQueue
  let forecaster: Forecaster

  /// So many waiting members are looked at, evenly spread over all of them.
  static let maxLookedAt = 1000

  func add(to table: RouteTable) {
    table.add(
      "/jobs/{id}/why",
      [.get: .for(.readers, .item("Tells what holds most of a job back.", JobWhyDocument.schema), why)])
  }

  private func why(_ request: RestRequest) async throws -> Response {
    let number = try request.jobNumber()
    let parameters = try request.parameters()
    try parameters.allow(["dates"])
    let options = try request.options(parameters)
    let forecast = await forecaster.latest()
    let view = await queue.view()
    guard let job = view.job(number) else { throw JobRoutes.noJob(number.description) }
    let connected = await queue.connectedWorkers
    let now = queue.clock.wall
    let document = try await LongReads.shared.run(for: request.reader) { effort throws(Rejection) in
      var finder = WhyFinder(view, connected: connected, at: now)
      var document = JobWhyDocument(job, expected: JobOutlook(forecast, now: now)[job])
      let waiting = JobWhyDocument.waiting(job.counts)
      try effort.spend(job.memberCount / 8)
      for task in view.waitingTasks(of: number, waiting: waiting, atMost: Self.maxLookedAt) {
        // Each worker is looked at, and its neighbours in the graph.
        try effort.spend(200 + 20 * view.workers.count)
        guard let why = finder.why(task, isCounting: false) else { continue }
        document.add(why, member: view.place(of: task)?.member)
      }
      return document.document()
    }
    return .json(.ok, document.encoded(options))
  }
}
