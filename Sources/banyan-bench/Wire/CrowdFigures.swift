import BanyanClient
import Foundation

/// A thousand workers: what they cost while nothing happens, and how they come back all at once.
struct CrowdFigures {
  let settings: WireSettings
  let folder: ScratchFolder
  static let size = 1000

  /// Memory over that of a server without them, in MB, and processor time in percent of one core, while each keeps a claim
  /// open and sends its heartbeats.
  func idle() throws -> [Figure] {
    var (memory, cpu): ([Double], [Double]) = ([], [])
    for run in 0..<settings.runs {
      let process = try ServerProcess(
        binary: settings.server, durability: settings.durability, data: folder("idle-\(run)"))
      defer { process.kill() }
      // The server as it is once it has answered somebody.
      try Self.submit(1, to: process)
      let before = try process.memory().resident
      let crowd = try Self.gather(process, claiming: 0)
      let start = try process.cpuSeconds()
      let watch = Stopwatch()
      while watch.seconds < settings.idleSeconds {
        Thread.sleep(forTimeInterval: 1)
        // A tenth of them each second: each worker's heartbeat comes every ten seconds.
        let second = Int(watch.seconds)
        for (number, worker) in crowd.enumerated() where number % 10 == second % 10 {
          try worker.send(WorkerTexts.heartbeat)
        }
        for worker in crowd { try worker.drain() }
      }
      cpu.append((try process.cpuSeconds() - start) / watch.seconds * 100)
      memory.append(Double(try process.memory().resident - before) / 1_048_576)
    }
    return [
      Figure(bench: "wire", name: "idle_1000", unit: "MB", runs: memory),
      Figure(bench: "wire", name: "idle_1000_cpu", unit: "%", runs: cpu),
    ]
  }

  /// Seconds from the cut of all connections at once until each worker is back, has claimed, and got a task.
  func reconnect() throws -> Figure {
    var times: [Double] = []
    for run in 0..<settings.runs {
      let process = try ServerProcess(
        binary: settings.server, durability: settings.durability, data: folder("reconnect-\(run)"))
      defer { process.kill() }
      var crowd = try Self.gather(process, claiming: 1)
      let watch = Stopwatch()
      crowd = []
      crowd = try Self.gather(process, claiming: 1)
      try Self.submit(Self.size, to: process)
      for worker in crowd { _ = try worker.receive("claimed") }
      times.append(watch.seconds)
    }
    return Figure(bench: "wire", name: "reconnect_1000", unit: "s", runs: times)
  }

  /// Connects all of them, then greets with all, then has all claim.
  private static func gather(_ process: ServerProcess, claiming count: Int) throws -> [WebSocketClient] {
    let credentials = try process.credentials(.worker)
    let crowd = try (0..<size).map { _ in try WebSocketClient(credentials) }
    for (number, worker) in crowd.enumerated() { try worker.send(WorkerTexts.hello("crowd-\(number)")) }
    for worker in crowd {
      _ = try worker.receive("welcome")
      if count > 0 { try worker.send(WorkerTexts.claim(count, wait: 600_000)) }
    }
    return crowd
  }

  private static func submit(_ count: Int, to process: ServerProcess) throws {
    let provider = try WebSocketClient(process.credentials(.provider))
    try provider.send(WorkerTexts.submit(count))
    _ = try provider.receive("submitted")
  }
}
