import BanyanClient
import BanyanJSON
import Foundation
import Testing

/// A server and two workers on one machine for a stress, and the hand that kills them.
final class StressSite: @unchecked Sendable {
  // Safe: one task uses it at a time.
  let site: Site
  let place: StressTask.Place
  let names = ["left", "right"]
  private(set) var server: Site.RunningServer
  private var workers: [String: Program] = [:]
  /// Every keeper that was seen: a killed one may leave something.
  private(set) var keepers: Set<Int32> = []
  /// What the workers' logs said, a text for each that was started.
  private var words: [String] = []
  let client: HTTPClient

  init() throws {
    site = try Site()
    place = StressTask.Place(
      ledger: site.path("ledger"), work: site.path("shared"), files: site.path("files"),
      logs: names.map { [site] in site.path("logs-\($0)") },
      sleep: "86400.\(UInt32.random(in: 1_000_000...9_999_999))")
    for folder in [place.ledger, place.work, place.files] {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }
    server = try Self.server(site, port: 0)
    let token = try AccessFolder(path: site.path("home")).token(.provider)
    client = try HTTPClient(Credentials(address: ServerAddress(server.url), token: token))
    for name in names { try startWorker(name) }
  }

  private static func server(_ site: Site, port: Int) throws -> Site.RunningServer {
    try site.server("--lease", "120s", "--snapshot-every", "5s", port: port)
  }

  private func startWorker(_ name: String) throws {
    workers[name] = try site.worker(
      name, "--state", site.path(name), "--logs", site.path("logs-\(name)"), "--cores", "4", "--max-tasks", "12")
  }

  // MARK: Kills

  func killServer(pause: Double) throws {
    server.program.kill()
    #expect(server.program.waits(for: 30))
    usleep(UInt32(pause * 1e6))
    server = try Self.server(site, port: server.port)
  }

  func killWorker(_ name: String, with keeper: Bool = false, pause: Double) throws {
    guard let worker = workers[name] else { return }
    let pids = keeper ? keepers(of: name) : []
    worker.kill()
    for pid in pids { kill(pid, SIGKILL) }
    #expect(worker.waits(for: 30))
    words.append(worker.errors)
    usleep(UInt32(pause * 1e6))
    try startWorker(name)
  }

  func killKeeper(_ name: String) {
    for pid in keepers(of: name) { kill(pid, SIGKILL) }
  }

  /// One of the programs does nothing for a while, with whatever it was about.
  func standStill(_ which: Int, for pause: Double) {
    let programs = programs
    let pid = programs[which % programs.count].process.pid
    kill(pid, SIGSTOP)
    usleep(UInt32(pause * 1e6))
    kill(pid, SIGCONT)
  }

  /// The keepers of a worker: one, or for a moment two.
  func keepers(of name: String) -> [Int32] {
    let folder = site.path(name)
    let found = ProcessFolder.all.filter { process in
      let command = process.command
      return command.contains(folder) && command.contains("keeper")
    }.map(\.pid)
    keepers.formUnion(found)
    return found
  }

  // MARK: Looking

  /// The server, the workers and their keepers by name.
  var programs: [(name: String, process: ProcessFolder)] {
    var programs = [("server", ProcessFolder(pid: server.program.id))]
    for name in names {
      if let worker = workers[name] { programs.append(("worker \(name)", ProcessFolder(pid: worker.id))) }
      for pid in keepers(of: name) { programs.append(("keeper \(name)", ProcessFolder(pid: pid))) }
    }
    return programs
  }

  /// Whether everybody is there and talks to each other.
  var isWhole: Bool {
    get throws {
      try names.allSatisfy { try site.isConnected($0) && keepers(of: $0).count == 1 }
    }
  }

  /// Processes of tasks, however they hide, and dead ones that nobody has fetched.
  var leftBehind: [String] {
    let own = Set(programs.map(\.process.pid))
    return ProcessFolder.all.compactMap { process in
      let command = process.command.joined(separator: " ")
      if own.contains(process.pid) { return nil }
      if process.isZombie, let parent = process.parent, own.contains(parent) { return "\(process.pid), a zombie" }
      guard command.contains(place.sleep) || process.environment(holds: place.ledger) else { return nil }
      return "\(process.pid) \(command)"
    }
  }

  /// Control groups that this run has made, but for the empty ones of keepers that are there.
  var leftGroups: [String] {
    let own = (try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)) ?? ""
    guard let line = own.split(separator: "\n").first(where: { $0.hasPrefix("0::") }) else { return [] }
    let present = Set(programs.map(\.process.pid))
    var left: [String] = []
    for mount in ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"] {
      let base = URL(fileURLWithPath: mount + line.dropFirst(3))
      for name in Self.folders(in: base) where name.hasPrefix("banyan-") {
        guard let pid = Int32(name.split(separator: "-")[1]), keepers.contains(pid) else { continue }
        let inner = Self.folders(in: base.appendingPathComponent(name))
        if !present.contains(pid) { left.append(name) }
        left += inner.map { "\(name)/\($0)" }
      }
    }
    return left
  }

  private static func folders(in folder: URL) -> [String] {
    let all = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: [.isDirectoryKey])
    return (all ?? []).filter { (try? $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) == true }
      .map(\.lastPathComponent)
  }

  // MARK: The end

  /// Everybody leaves in peace; what is wrong with that, in words.
  func close() async throws -> [String] {
    var wrong: [String] = []
    await client.close()
    for name in names {
      guard let worker = workers[name] else { continue }
      worker.kill(SIGTERM)
      if !worker.waits(for: 30) || worker.status != 0 {
        wrong.append("\(name) ends with \(worker.status) and \(worker.errors)")
      }
      words.append(worker.errors)
    }
    let end = Date().addingTimeInterval(10)
    while names.contains(where: { !keepers(of: $0).isEmpty }), Date() < end { usleep(50_000) }
    for name in names where !keepers(of: name).isEmpty { wrong.append("the keeper of \(name) stays") }
    server.program.kill(SIGTERM)
    if !server.program.waits(for: 30) || server.program.status != 0 {
      wrong.append("the server ends with \(server.program.status) and \(server.program.errors)")
    }
    // Nothing was too long, and no disk was full.
    let complaints = words.flatMap { $0.split(separator: "\n") }.filter { $0.contains("in no log") }
    wrong += complaints.map(String.init)
    let verified = try site.banyan("snapshot", "verify", "--data", site.path("data"))
    if verified.status != 0 { wrong.append("the data folder: \(verified.output)\(verified.errors)") }
    return wrong + leftGroups.map { "the control group \($0) stays" }
  }
}
