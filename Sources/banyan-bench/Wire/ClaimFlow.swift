import BanyanClient
import Foundation
import Synchronization

/// A worker that claims one task after the other on a thread of its own, and how long each claim took.
final class ClaimFlow: Sendable {
  private let credentials: Credentials
  private let name: String
  private let state = Mutex(State())
  private let ended = DispatchSemaphore(value: 0)

  private struct State {
    var isEnding = false
    /// How long each claim took, in milliseconds.
    var times: [Double] = []
    var error: (any Error)?
  }

  init(credentials: Credentials, name: String) {
    self.credentials = credentials
    self.name = name
  }

  func start() throws {
    Thread.detachNewThread {
      do { try self.work() } catch { self.state.withLock { $0.error = error } }
      self.ended.signal()
    }
  }

  /// What was measured so far doesn't count.
  func forget() { state.withLock { $0.times = [] } }

  func end() throws -> [Double] {
    state.withLock { $0.isEnding = true }
    ended.wait()
    return try state.withLock { state in
      if let error = state.error { throw error }
      return state.times
    }
  }

  private func work() throws {
    let worker = try WebSocketClient(credentials)
    try worker.send(WorkerTexts.hello(name))
    _ = try worker.receive("welcome")
    let claim = WorkerTexts.claim(1)
    while !state.withLock({ $0.isEnding }) {
      let watch = Stopwatch()
      try worker.send(claim)
      let claimed = try worker.receive("claimed")
      let time = watch.microseconds / 1000
      state.withLock { $0.times.append(time) }
      try worker.send(WorkerTexts.report(of: claimed, expecting: 1))
      _ = try worker.receive("reported")
    }
  }
}
