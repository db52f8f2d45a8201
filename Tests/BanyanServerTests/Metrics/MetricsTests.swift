import BanyanCore
import BanyanJSON
import TestSupport
import Testing

@testable import BanyanServer

@Suite(.timeLimit(.minutes(2))) struct MetricsTests {
  /// The value of a line.
  private static func value(_ name: String, in text: String) -> Double? {
    text.split(separator: "\n").first { $0.hasPrefix(name + " ") }.flatMap { Double($0.dropFirst(name.count + 1)) }
  }

  @Test func `Members of a family count as tasks, however they are made and cancelled`() async throws {
    try await TestServer.run { server in
      let job: JSON = ["tasks": [["name": "a", "command": "true", "range": "1-5", "requested_resources": [:]]]]
      #expect(try await server.call("POST", "/jobs", job).status == 201)
      let text = try await server.call("GET", "/metrics").answer.body
      #expect(Self.value("banyan_tasks_submitted_total", in: text) == 5)
      #expect(try await server.call("PATCH", "/jobs/1", ["state": "cancelled"]).status == 200)
      let rates = try await server.call("GET", "/statistics").body["rates"]?["1m"]
      #expect(
        abs((rates?["submitted"]?.double ?? 0) - (rates?["ended"]?.double ?? -1)) < 0.01, "\(String(describing: rates))"
      )
      #expect((rates?["ended"]?.double ?? 0) > 0)
    }
  }

  @Test func `Metrics count what was done, with a line of type for each name`() async throws {
    try await TestServer.run { server in
      _ = try await server.submit(TestServer.command)
      _ = try await server.call("GET", "/tasks", token: "wrong")
      _ = try await server.call("GET", "/nowhere/1")
      let reply = try await server.call("GET", "/metrics")
      #expect(reply.status == 200)
      #expect(reply.answer.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8")
      let text = reply.answer.body
      #expect(Self.value(#"banyan_tasks{queue="default",state="available"}"#, in: text) == 1)
      #expect(Self.value("banyan_tasks_submitted_total", in: text) == 1)
      #expect(Self.value("banyan_logins_refused_total", in: text) == 1)
      #expect(
        Self.value(#"banyan_http_requests_total{method="POST",route="/tasks",code="201"}"#, in: text) == 1)
      #expect(Self.value(#"banyan_http_requests_total{method="other",route="other",code="404"}"#, in: text) == 1)
      #expect((Self.value("process_cpu_seconds_total", in: text) ?? 0) > 0)

      // Every line is a comment or a sample of a metric whose type was told; each name's type is told once.
      var types: [Substring] = []
      for line in text.split(separator: "\n") {
        if line.hasPrefix("# TYPE ") {
          types.append(line.split(separator: " ")[2])
        } else if !line.hasPrefix("#") {
          let name = line.prefix { $0 != "{" && $0 != " " }
          let stem = ["_bucket", "_sum", "_count"].reduce(String(name)) {
            $0.hasSuffix($1) ? String($0.dropLast($1.count)) : $0
          }
          #expect(types.contains { $0 == name || $0 == stem }, "\(line)")
          #expect(Double(line.split(separator: " ").last ?? "") != nil, "\(line)")
        }
      }
      #expect(Set(types).count == types.count)
      for type in types { #expect(!type.hasSuffix("milliseconds"), "base units: \(type)") }
    }
  }

  @Test func `A token is needed unless the server was told otherwise`() async throws {
    try await TestServer.run { server in
      let anonymous = try await server.call("GET", "/metrics", as: nil)
      #expect(anonymous.status == 401)
      #expect(try await server.call("GET", "/metrics", as: .worker).status == 403)
    }
    let folder = TestFolder()
    try await LiveServer.run(in: folder.path, configure: { $0.hasOpenMetrics = true }) { server in
      let port = server.ready.url.split(separator: ":").last.flatMap { Int($0) } ?? 0
      let reply = try await TestServer(port: port, tokens: [:]).call("GET", "/metrics", as: nil)
      #expect(reply.status == 200)
    }
  }

  @Test func `Names and values of labels are escaped`() {
    var text = PrometheusText()
    text.begin("a", .gauge, "A.")
    text.value("a", [("queue", "x\"y\\z\n")], 1)
    #expect(text.text == "# HELP a A.\n# TYPE a gauge\na{queue=\"x\\\"y\\\\z\\n\"} 1\n")
  }

  @Test func `Buckets add up`() {
    var buckets = DurationBuckets.ofRequests
    for duration: UInt64 in [0, 50_000, 50_001, 20_000_000_000] { buckets.record(duration) }
    var text = PrometheusText()
    text.buckets("a_seconds", buckets)
    let lines = text.text.split(separator: "\n")
    #expect(lines.first == #"a_seconds_bucket{le="5e-05"} 2"#)
    #expect(lines.contains(#"a_seconds_bucket{le="10.0"} 3"#))
    #expect(lines.suffix(3) == [#"a_seconds_bucket{le="+Inf"} 4"#, "a_seconds_sum 20.000100001", "a_seconds_count 4"])
  }

  @Test func `A window forgets what is older than its span`() {
    var window = Window<Spread>()
    window.record(at: 5_000) { $0.record(1) }
    window.record(at: 100_000) { $0.record(3) }
    #expect(window.total(of: .minute, at: 100_000).count == 1)
    #expect(window.total(of: .fiveMinutes, at: 100_000).count == 2)
    #expect(window.total(of: .fiveMinutes, at: 100_000).percentile(99) == 3)
    #expect(window.total(of: .fifteenMinutes, at: 10_000_000).count == 0)
  }
}
