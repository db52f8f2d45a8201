import BanyanClient
import Foundation

/// A real `banyan worker` in a process of its own, with its keeper, for as long as a benchmark runs.
final class WorkerProcess {
  private let process: Process
  private let folder: URL

  /// Starts one that offers some cores and runs so many tasks at once.
  /// - Parameter server: whose access folder it finds its token in.
  init(binary: String, server: ServerProcess, cores: Int, maxTasks: Int) throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("banyan-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    process = Process()
    process.executableURL = URL(fileURLWithPath: binary)
    process.arguments = [
      "worker", "--name", "bench", "--cores", "\(cores)", "--max-tasks", "\(maxTasks)", "--memory", "64GiB",
      "--state", folder.path,
    ]
    var environment = ProcessInfo.processInfo.environment
    environment["BANYAN_HOME"] = server.access.path
    environment["BANYAN_SERVER"] = nil
    environment["BANYAN_TOKEN"] = nil
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    let log = folder.appendingPathComponent("worker.log")
    _ = FileManager.default.createFile(atPath: log.path, contents: nil)
    process.standardError = try FileHandle(forWritingTo: log)
    try process.run()
  }

  /// Its processes: the worker, and the keeper that holds its tasks.
  func processes() throws -> [Int32] {
    var found = [process.processIdentifier]
    for name in try FileManager.default.contentsOfDirectory(atPath: "/proc") {
      guard let pid = Int32(name), let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else {
        continue
      }
      if line.range(of: Data("keeper\0--state\0\(folder.path)\0".utf8)) != nil { found.append(pid) }
    }
    return found
  }

  /// Processor time of both, in seconds.
  func cpuSeconds() throws -> Double {
    try processes().reduce(0) { try $0 + ProcessFile.cpuSeconds(of: $1) }
  }

  /// Memory of both in MiB: what is theirs alone, and their share of what they share.
  func memory() throws -> Double {
    try processes().reduce(0) { sum, pid in
      let text = try String(contentsOfFile: "/proc/\(pid)/smaps_rollup", encoding: .utf8)
      let line = text.split(separator: "\n").first { $0.hasPrefix("Pss:") }
      guard let kibibytes = line?.split(separator: " ").dropFirst().first.flatMap({ Double($0) }) else {
        throw ServerProcess.StartError(description: "/proc/\(pid)/smaps_rollup can't be read")
      }
      return sum + kibibytes / 1024
    }
  }

  /// Ends it and its tasks, and removes its folder.
  func stop() {
    // Once: it waits. Twice: what runs is given back. Three times: killed.
    for _ in 0..<3 {
      if process.isRunning { process.terminate() }
      usleep(20_000)
    }
    process.waitUntilExit()
    try? FileManager.default.removeItem(at: folder)
  }
}
