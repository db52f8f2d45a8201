import BanyanWire
import HTTPTypes
import Hummingbird

/// `/metrics`: the server in figures, for Prometheus.
struct MetricsRoute: Sendable {
  let context: ServerContext

  func add(to table: RouteTable) {
    let operation = Operation(
      summary: "Tells the server in figures, for Prometheus.",
      answers: [.init(status: 200, content: [("text/plain", Schema.text)])])
    let endpoint = RouteTable.Endpoint(
      roles: context.configuration.hasOpenMetrics ? nil : .readers, operation: operation, body: show)
    table.add("/metrics", [.get: endpoint])
  }

  private func show(_ request: RestRequest) async throws -> Response {
    try request.parameters().allow([])
    let report = MetricsReport(
      queue: await context.queue.figures(), requests: context.meter.current(),
      snapshot: await context.snapshotter.figures, forecasts: await context.forecaster.score, process: .current(),
      version: context.configuration.version,
      started: context.started)
    let text = try await LongReads.shared.run(for: request.reader) { _ in report.text() }
    return Response(
      status: .ok, headers: [.contentType: PrometheusText.contentType],
      body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }
}
