import BanyanCore
import BanyanJSON
import BanyanWire

/// The server in figures, for people: what `/statistics` answers.
struct ServerStatistics: Sendable {
  let queue: QueueFigures
  let requests: RequestMeter.Figures
  let snapshot: SnapshotFigures
  /// How well the last forecasts held.
  let forecasts: ForecastScore
  /// When the figures were taken, milliseconds since 1970.
  let now: Int64
  let dates: DateForm

  func write(to body: inout JSONObjectWriter) {
    body.object("tasks") { writeTasks(to: &$0) }
    let meter = queue.meter
    body.object("waiting") { Self.write(meter.waiting, at: queue.now, to: &$0) }
    body.object("running") { Self.write(meter.running, at: queue.now, to: &$0) }
    body.object("rates") { rates in
      for span in Span.allCases {
        let counts = meter.rates.total(of: span, at: queue.now)
        rates.object(span.name) { body in
          body.set("submitted", Self.rate(counts.submitted, span))
          body.set("claimed", Self.rate(counts.claimed, span))
          body.set("ended", Self.rate(counts.ended, span))
        }
      }
    }
    body.object("overhead") { writeOverhead(to: &$0) }
    body.object("workers") { writeWorkers(to: &$0) }
    body.object("journal") { journal in
      journal.set("sequence", Int64(clamping: queue.view.sequence))
      journal.set("durable_sequence", Int64(clamping: queue.durable))
      journal.set("has_room", queue.hasRoom)
    }
    body.object("snapshot") { writeSnapshot(to: &$0) }
    body.object("forecasts") { score in
      score.set("judged", forecasts.count)
      score.set("held", forecasts.held)
    }
  }

  private func writeTasks(to body: inout JSONObjectWriter) {
    body.object("by_state") { object in
      TaskFigures.write(TaskState.allCases.map { queue.view.count($0) }, to: &object)
    }
    body.object("by_queue") { queues in
      for (name, counts) in queue.view.countByQueue().sorted(by: { $0.key < $1.key }) {
        queues.object(dynamicKey: name.text) { TaskFigures.write(counts, to: &$0) }
      }
    }
  }

  /// Milliseconds, of each span.
  private static func write(_ window: Window<Spread>, at now: Int64, to object: inout JSONObjectWriter) {
    for span in Span.allCases {
      object.object(span.name) { window.total(of: span, at: now).write(to: &$0) }
    }
  }

  /// A second, to three digits.
  private static func rate(_ count: UInt64, _ span: Span) -> Double {
    (Double(count) / (Double(span.rawValue) / 1000) * 1000).rounded() / 1000
  }

  /// Microseconds of the last fifteen minutes: what a claim and a report cost, and what that is made of.
  private func writeOverhead(to body: inout JSONObjectWriter) {
    // A heartbeat is answered at once: its round trip is what the wire takes.
    body.object("wire_microseconds") { Self.writeRecent(requests.recentRoundTrips, at: queue.now, to: &$0) }
    body.object("claim_microseconds") { writeRecent(.claim, to: &$0) }
    body.object("report_microseconds") { writeRecent(.report, to: &$0) }
    for stage in RequestMeter.Stage.allCases {
      body.object(dynamicKey: "\(stage.name)_microseconds") {
        Self.writeRecent(requests.recentStages[stage.rawValue], at: queue.now, to: &$0)
      }
    }
  }

  private func writeRecent(_ message: RequestMeter.Message, to object: inout JSONObjectWriter) {
    Self.writeRecent(requests.recentMessages[message.rawValue], at: queue.now, to: &object)
  }

  private static func writeRecent(_ window: Window<Spread>, at now: Int64, to object: inout JSONObjectWriter) {
    window.total(of: .fifteenMinutes, at: now).write(to: &object)
  }

  private func writeWorkers(to body: inout JSONObjectWriter) {
    body.set("registered", queue.view.workers.count)
    body.set("connected", queue.connected.count)
    body.object("offered") { Self.write(queue.offered, to: &$0) }
    body.object("reserved") { Self.write(queue.reserved, to: &$0) }
  }

  private static func write(_ resources: QueueFigures.Resources, to object: inout JSONObjectWriter) {
    object.set("cpu_cores", resources.cores)
    object.set("cpu_memory_bytes", resources.memoryBytes)
    object.set("gpus", resources.gpus)
    object.object("custom") { custom in
      for (name, count) in resources.custom.sorted(by: { $0.key < $1.key }) { custom.set(dynamicKey: name.text, count) }
    }
  }

  private func writeSnapshot(to body: inout JSONObjectWriter) {
    body.set("taken", Int64(clamping: snapshot.taken))
    body.set("failed", Int64(clamping: snapshot.failed))
    guard let last = snapshot.last else {
      for name in ["_created", "age_milliseconds", "sequence", "size", "duration_milliseconds"] {
        body.set(dynamicKey: name, JSON.null)
      }
      return
    }
    body.set("_created", dates.text(last.time))
    body.set("age_milliseconds", max(0, now - last.time))
    body.set("sequence", Int64(clamping: last.sequence))
    body.set("size", Int64(last.size))
    if let duration = last.duration {
      body.set("duration_milliseconds", duration)
    } else {
      body.setNull("duration_milliseconds")
    }
  }
}
