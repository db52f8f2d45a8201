import BanyanCore
import BanyanStore

/// `/metrics`: everything that the server counts, with the names and base units of Prometheus' conventions.
struct MetricsReport {
  let queue: QueueFigures
  let requests: RequestMeter.Figures
  let snapshot: SnapshotFigures
  /// How well the last forecasts held.
  let forecasts: ForecastScore
  let process: ProcessFigures
  let version: String
  /// The server's clock, milliseconds since 1970, at its start.
  let started: Int64

  func text() -> String {
    var text = PrometheusText()
    text.begin("banyan_build_info", .gauge, "The server's version; always 1.")
    text.value("banyan_build_info", [("version", version)], 1)
    tasks(&text)
    workers(&text)
    requests(&text)
    storage(&text)
    text.single(
      "banyan_forecasts_judged", .gauge,
      "Tasks of which a forecast told the end, and that have ended: the last hundred.",
      forecasts.count)
    text.single("banyan_forecasts_held", .gauge, "How many of them ended within the forecast's range.", forecasts.held)
    process(&text)
    return text.text
  }

  private func tasks(_ text: inout PrometheusText) {
    text.begin("banyan_tasks", .gauge, "Tasks by queue and state.")
    for (queue, counts) in queue.view.countByQueue().sorted(by: { $0.key < $1.key }) {
      for state in TaskState.allCases {
        text.value("banyan_tasks", [("queue", queue.text), ("state", state.name)], counts[Int(state.rawValue)])
      }
    }
    let meter = queue.meter
    text.single("banyan_tasks_submitted_total", .counter, "Tasks made since the start.", meter.totals.submitted)
    text.single("banyan_tasks_claimed_total", .counter, "Claims of tasks since the start.", meter.totals.claimed)
    text.single("banyan_tasks_ended_total", .counter, "Tasks that ended since the start.", meter.totals.ended)
    text.begin("banyan_attempts_ended_total", .counter, "Attempts that ended since the start, by how.")
    for outcome in QueueMeter.Outcome.allCases {
      text.value("banyan_attempts_ended_total", [("outcome", outcome.rawValue)], meter.outcomes[outcome.place])
    }
    text.begin("banyan_task_waiting_seconds", .histogram, "From available to claimed.")
    text.buckets("banyan_task_waiting_seconds", meter.waitBuckets)
    text.begin("banyan_task_running_seconds", .histogram, "From a process' start to its end, on its worker's clock.")
    text.buckets("banyan_task_running_seconds", meter.runBuckets)
  }

  private func workers(_ text: inout PrometheusText) {
    let (offered, reserved) = (queue.offered, queue.reserved)
    text.single("banyan_workers_registered", .gauge, "Registered workers.", queue.view.workers.count)
    text.single("banyan_workers_connected", .gauge, "Workers whose socket is open.", queue.connected.count)
    text.single("banyan_workers_waiting", .gauge, "Claims that wait for something that fits.", queue.openClaims)
    text.single("banyan_cores_offered", .gauge, "Cores of connected workers.", offered.cores)
    text.single("banyan_cores_reserved", .gauge, "Cores that live attempts hold.", reserved.cores)
    text.single("banyan_memory_offered_bytes", .gauge, "Memory of connected workers.", offered.memoryBytes)
    text.single("banyan_memory_reserved_bytes", .gauge, "Memory that live attempts hold.", reserved.memoryBytes)
    text.single("banyan_gpus_offered", .gauge, "GPUs of connected workers.", offered.gpus)
    text.single("banyan_gpus_reserved", .gauge, "GPUs that live attempts hold.", reserved.gpus)
  }

  private func requests(_ text: inout PrometheusText) {
    text.begin(
      "banyan_websocket_request_duration_seconds", .histogram,
      "From a message to its answer, by type. A claim that waits for work is not in it.")
    for message in RequestMeter.Message.allCases {
      text.buckets(
        "banyan_websocket_request_duration_seconds", requests.messages[message.rawValue], [("type", message.name)])
    }
    text.begin("banyan_http_request_duration_seconds", .histogram, "From a request to its answer.")
    let routes = requests.routes.keys.sorted { ($0.path, $0.method) < ($1.path, $1.method) }
    for route in routes {
      guard let buckets = requests.routes[route] else { continue }
      text.buckets(
        "banyan_http_request_duration_seconds", buckets, [("method", route.method), ("route", route.path)])
    }
    text.begin("banyan_http_requests_total", .counter, "Answers by status.")
    for route in routes {
      for (status, count) in (requests.statuses[route] ?? [:]).sorted(by: { $0.key < $1.key }) {
        text.value(
          "banyan_http_requests_total", [("method", route.method), ("route", route.path), ("code", "\(status)")], count)
      }
    }
    text.begin("banyan_websocket_connections", .gauge, "Open WebSockets by the role of their user.")
    for role in Role.allCases {
      text.value("banyan_websocket_connections", [("role", role.rawValue)], requests.sockets[role] ?? 0)
    }
    text.single("banyan_logins_refused_total", .counter, "Wrong tokens.", requests.refusedLogins)
    text.single(
      "banyan_logins_limited_total", .counter, "Wrong tokens from addresses that had too many.", requests.limitedLogins)
  }

  private func storage(_ text: inout PrometheusText) {
    text.begin(
      "banyan_request_stage_duration_seconds", .histogram,
      "What requests are made of: waiting for the queue's turn, making frames of the journal, writing and syncing them."
    )
    for stage in RequestMeter.Stage.allCases {
      text.buckets(
        "banyan_request_stage_duration_seconds", requests.stages[stage.rawValue], [("stage", "\(stage.name)")])
    }
    text.single(
      "banyan_journal_sequence", .gauge, "The sequence number of the last event.", queue.view.sequence)
    text.single(
      "banyan_journal_durable_sequence", .gauge, "The last event that may be told: it is as durable as was asked for.",
      queue.durable)
    text.single(
      "banyan_journal_has_room", .gauge, "1 while the journal's disk has room for new tasks.", queue.hasRoom ? 1 : 0)
    text.single("banyan_snapshots_taken_total", .counter, "Snapshots taken since the start.", snapshot.taken)
    text.single("banyan_snapshots_failed_total", .counter, "Snapshots that could not be taken.", snapshot.failed)
    if let last = snapshot.last {
      text.single("banyan_snapshot_sequence", .gauge, "The last event in the newest snapshot.", last.sequence)
      text.single(
        "banyan_snapshot_timestamp_seconds", .gauge, "When the newest snapshot was taken.", Double(last.time) / 1000)
      text.single("banyan_snapshot_size_bytes", .gauge, "The length of the newest snapshot.", last.size)
      if let duration = last.duration {
        text.single(
          "banyan_snapshot_duration_seconds", .gauge, "What the newest snapshot took to write.",
          Double(duration) / 1000)
      }
    }
  }

  private func process(_ text: inout PrometheusText) {
    text.single("process_start_time_seconds", .gauge, "When the server started.", Double(started) / 1000)
    text.single("process_cpu_seconds_total", .counter, "Processor time.", process.cpuSeconds)
    if let bytes = process.residentBytes {
      text.single("process_resident_memory_bytes", .gauge, "Memory in use.", bytes)
    }
    if let files = process.openFiles { text.single("process_open_fds", .gauge, "Open files and sockets.", files) }
  }
}
