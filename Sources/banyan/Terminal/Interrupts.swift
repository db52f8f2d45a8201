import Dispatch

import Glibc

/// Signals that ask the process to end, as a stream: Ctrl-C, and SIGTERM from whoever started it.
enum Interrupts {
  /// From now on these signals come here instead of ending the process.
  static func stream(_ signals: [Int32] = [SIGINT, SIGTERM]) -> AsyncStream<Int32> {
    let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
    let sources = signals.map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { continuation.yield(number) }
      source.resume()
      return SourceBox(source)
    }
    continuation.onTermination = { _ in for source in sources { source.cancel() } }
    return stream
  }

  /// Dispatch's sources may be cancelled from any thread (its documentation says so), but are not marked for it.
  private final class SourceBox: @unchecked Sendable {
    private let source: any DispatchSourceSignal

    init(_ source: any DispatchSourceSignal) { self.source = source }

    func cancel() { source.cancel() }
  }

  /// Runs `work`; the first signal cancels it and ends this with ``Interruption``.
  static func interruptible<Result: Sendable>(
    _ work: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    let signals = stream()
    return try await withThrowingTaskGroup(of: Result.self) { group in
      group.addTask { try await work() }
      group.addTask {
        for await _ in signals { throw Interruption() }
        // Cancelled: the work is done, and its result is on its way.
        throw CancellationError()
      }
      defer { group.cancelAll() }
      guard let result = try await group.next() else { throw CancellationError() }
      return result
    }
  }
}
