import BanyanCore
import BanyanStore
import BanyanWire
import HTTPTypes
import Hummingbird
import NIOCore

/// `/tasks/ID/log`: what an attempt wrote, read from its worker piece by piece, as exact bytes.
///
/// The answer holds what there is now, up to `limit`; its headers say where it lies in the stream:
/// `Banyan-Log-Offset`, `Banyan-Log-Size` (of the whole stream by now), and `Banyan-Log-End: true` when the attempt
/// has ended and nothing will follow what the answer holds. While the worker is away the server answers with what it
/// keeps, the last 64 KiB of each stream; `Banyan-Log-Kept: tail` says so, and the offset is where that begins if less
/// was asked for. `Banyan-Log-Worker` says whether the worker may come back (`away`) or is not awaited any more (`gone`);
/// a 410 has `Retry-After` where it may. A log to which something came and of which nothing is left, there or here, is a 410,
/// too: only one to which nothing came is whole when it is empty.
struct LogRoute: Sendable {
  let queue: TaskQueue
  let tails: TailArchive

  /// Bytes that one message of a worker brings.
  private static let piece: Int64 = 256 << 10

  func add(to table: RouteTable) {
    let whole = Schema.integer(-(1 << 53)...1 << 53)
    let operation = Operation(
      summary: "Reads what an attempt wrote, as exact bytes.",
      query: [
        .init(name: "stream", meaning: "Which output.", schema: Schema.word(["stdout", "stderr"])),
        .init(name: "attempt", meaning: "A claim number; else the newest.", schema: Schema.integer(1...1 << 31)),
        .init(name: "offset", meaning: "In bytes; negative: from the end.", schema: whole),
        .init(name: "limit", meaning: "Bytes at most.", schema: Schema.integer(1...1 << 53)),
      ],
      answers: [.init(status: 200, content: [("application/octet-stream", Schema.text)])], refusals: [410, 503])
    table.add("/tasks/{id}/log", [.get: .for(.readers, operation, read)])
  }

  private func read(_ request: RestRequest) async throws -> Response {
    let id = try request.id(of: "task")
    let parameters = try request.parameters()
    try parameters.allow(["stream", "attempt", "offset", "limit"])
    let stream = try parameters.value("stream") ?? "stdout"
    guard let stream = OutputStream(rawValue: stream) else {
      throw Rejection.field("stream", "\(stream.prefix(64)); give stdout, stderr or index")
    }
    let number = try parameters.integer("attempt", in: 1...Int64(UInt32.max))
    let offset = try parameters.integer("offset", in: -Int64.max / 2...Int64.max / 2) ?? 0
    let limit = try parameters.integer("limit", in: 1...Int64.max / 2) ?? Int64.max / 2
    let attempt = try await attempt(of: id, number)
    let log = LogRequest(
      task: id, claimNumber: attempt.claimNumber, stream: stream, offset: offset, limit: min(limit, Self.piece))
    guard let worker = await queue.session(of: attempt.workerID) else {
      return try await withoutWorker(attempt, log, limit)
    }
    do {
      let first = try await worker.readLog(log)
      // A log that was removed there is empty: what the server keeps says more.
      if first.size == 0, attempt.exitStatus != nil {
        if let tail = await tail(of: log) {
          if tail.size > 0 { return kept(tail, log, limit, mayReturn: false) }
        } else if attempt.wrote(stream) {
          return try await lost(attempt)
        }
      }
      let span = try await span(log, limit, first, worker)
      return answer(log, span, first, worker)
    } catch let error as Rejection {
      // One that only doesn't answer now may answer later.
      if let tail = await tail(of: log) { return kept(tail, log, limit, mayReturn: error.kind == .unavailable) }
      throw error
    }
  }

  /// Its worker is connected, and has nothing of the log any more.
  private func lost(_ attempt: AttemptRecord) async throws -> Response {
    let name = await queue.absence(of: attempt.workerID).name ?? "\(attempt.workerID)"
    throw RequestError(
      .gone,
      "The worker \(name) has nothing of this log any more, to which the attempt wrote, and nothing was kept here.")
  }

  /// The log of a worker that is not connected, as far as the server has it.
  private func withoutWorker(_ attempt: AttemptRecord, _ log: LogRequest, _ limit: Int64) async throws -> Response {
    let absence = await queue.absence(of: attempt.workerID)
    if let tail = await tail(of: log) { return kept(tail, log, limit, mayReturn: absence.mayReturn) }
    if attempt.neverRan {
      let nothing = Tail(
        name: Tail.Name(task: log.task, claimNumber: log.claimNumber, isStderr: log.stream == .stderr), bytes: [],
        size: 0)
      return kept(nothing, log, limit, mayReturn: false)
    }
    let holder = absence.name.map { "The worker \($0), which holds this log, is not connected" }
    throw RequestError(
      .gone,
      "\(holder ?? "The worker \(attempt.workerID), which held this log, is not registered any more"), and nothing of it was kept here.",
      headers: absence.mayReturn ? [.retryAfter: "5"] : [:])
  }

  private func tail(of log: LogRequest) async -> Tail? {
    guard log.stream != .index else { return nil }
    return await tails.tail(
      Tail.Name(task: log.task, claimNumber: log.claimNumber, isStderr: log.stream == .stderr))
  }

  /// - Parameter mayReturn: the worker that has the whole log may come back.
  private func kept(_ tail: Tail, _ log: LogRequest, _ limit: Int64, mayReturn: Bool) -> Response {
    let wanted = log.offset < 0 ? max(0, tail.size + log.offset) : log.offset
    let start = min(max(wanted, tail.start), tail.size)
    let bytes = tail.bytes[Int(start - tail.start)...].prefix(Int(clamping: limit))
    return Response(
      status: .ok,
      headers: [
        .contentType: "application/octet-stream", .logOffset: "\(start)", .logSize: "\(tail.size)",
        .logEnd: start + Int64(bytes.count) == tail.size ? "true" : "false", .logKept: "tail",
        .logWorker: mayReturn ? "away" : "gone",
      ],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }

  /// The attempt with this claim number; without one, the newest.
  private func attempt(of id: TaskID, _ number: Int64?) async throws(Rejection) -> AttemptRecord {
    guard let record = await queue.read({ $0.record(id) }) else { throw TaskRoutes.noTask(id) }
    guard let attempt = record.attempts.last(where: { number == nil || Int64($0.claimNumber) == number }) else {
      let what = number.map { "no attempt \($0)" } ?? "no attempt yet"
      throw Rejection(.notFound, "The task \(id) has \(what), and so no log of it.")
    }
    return attempt
  }

  /// What of a stream an answer holds.
  private struct Span {
    var start: Int64
    var count: Int64
    /// The stream ends with this piece: the attempt has ended and nothing more is written.
    var isEnd: Bool
  }

  private func span(
    _ log: LogRequest, _ limit: Int64, _ first: LogPiece, _ worker: any WorkerRecipient
  ) async throws(Rejection) -> Span {
    // A negative offset counts from the end, which the worker knows.
    let start = log.offset < 0 ? first.offset : log.offset
    // What is added while this is read belongs to the next request.
    var span = Span(start: start, count: min(limit, max(0, first.size - start)), isEnd: false)
    guard start + span.count >= first.size else { return span }
    if start + Int64(first.data.count) >= first.size {
      span.isEnd = first.isEnd
    } else {
      // The worker says so of the last piece alone, and the answer's head has to know before.
      var last = log
      (last.offset, last.limit) = (first.size, 1)
      let piece = try await worker.readLog(last)
      span.isEnd = piece.isEnd && piece.size == first.size && piece.data.isEmpty
    }
    return span
  }

  private func answer(
    _ log: LogRequest, _ span: Span, _ first: LogPiece, _ worker: any WorkerRecipient
  ) -> Response {
    let (start, wanted) = (span.start, span.count)
    let body = ResponseBody(contentLength: Int(clamping: wanted)) { writer in
      var piece = first.data.prefix(Int(clamping: wanted))
      var sent: Int64 = 0
      while true {
        try await writer.write(ByteBuffer(bytes: piece))
        sent += Int64(piece.count)
        guard sent < wanted else { break }
        // A log that shrank has nothing more: the answer is cut, which its length tells.
        guard !piece.isEmpty else { throw Rejection(.unavailable, "The log ended before its end.") }
        var next = log
        next.offset = start + sent
        next.limit = min(wanted - sent, Self.piece)
        piece = try await worker.readLog(next).data.prefix(Int(clamping: wanted - sent))
      }
      try await writer.finish(nil)
    }
    return Response(
      status: .ok,
      headers: [
        .contentType: "application/octet-stream", .logOffset: "\(start)", .logSize: "\(first.size)",
        .logEnd: span.isEnd ? "true" : "false",
      ],
      body: body)
  }
}

extension HTTPField.Name {
  // Letters and hyphens, which are names.
  static let logOffset = HTTPField.Name("Banyan-Log-Offset") ?? .range
  static let logSize = HTTPField.Name("Banyan-Log-Size") ?? .range
  static let logWorker = HTTPField.Name("Banyan-Log-Worker") ?? .range
  static let logKept = HTTPField.Name("Banyan-Log-Kept") ?? .range
  static let logEnd = HTTPField.Name("Banyan-Log-End") ?? .range
}

extension AttemptRecord {
  /// Whether it is known that something came on a stream.
  fileprivate func wrote(_ stream: OutputStream) -> Bool {
    switch stream {
    case .stdout: usage.printed?.contains(.stdout) == true
    case .stderr: usage.printed?.contains(.stderr) == true
    case .index: false
    }
  }

  /// It ended, by its worker's word, before anything of it ran: it printed nothing.
  fileprivate var neverRan: Bool { exitStatus != nil && reported != nil && timeStarted == nil }
}
