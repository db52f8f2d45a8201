import Foundation

/// Cycles: a task's submit, claim and report, each answered. Ours and the others' take turns on the same disk, so that a
/// busy machine is busy for all.
struct CycleFigures {
  let settings: WireSettings
  let folder: ScratchFolder
  private let peers: [any CycleServer]

  init(_ settings: WireSettings, in folder: ScratchFolder) throws {
    self.settings = settings
    self.folder = folder
    var peers: [any CycleServer] = []
    for (program, start) in [
      ("redis-server", { try RedisCycles(in: $0) as (any CycleServer)? }),
      ("beanstalkd", { try BeanstalkCycles(in: $0) as (any CycleServer)? }),
      ("nats-server", { try JetStreamCycles(in: $0) as (any CycleServer)? }),
    ] {
      try FileManager.default.createDirectory(atPath: folder(program), withIntermediateDirectories: true)
      if let peer = try start(folder(program)) {
        peers.append(peer)
      } else {
        FileHandle.standardError.write(Data("\(program) is not installed: nothing is compared with it\n".utf8))
      }
    }
    self.peers = peers
  }

  /// - Parameter wanted: names of figures.
  func figures(_ wanted: [String]) throws -> [Figure] {
    var figures: [Figure] = []
    if wanted.contains("latency_1") {
      figures += try compare("latency_1", "us", clients: 1, batch: 1) { load, _ in Self.p50(load.times) }
    }
    if wanted.contains("cycles_4") {
      figures += try compare("cycles_4", "1/s", clients: 4, batch: 1) { load, _ in Double(load.cycles) / load.seconds }
    }
    if wanted.contains("cycles_4_batch") || wanted.contains("cpu_batch") {
      var costs: [String: [Double]] = [:]
      let rates = try compare("cycles_4_batch", "1/s", clients: 4, batch: 100) { load, cpu in
        costs[cpu.name, default: []].append(cpu.seconds / Double(load.cycles) * 1_000_000)
        return Double(load.cycles) / load.seconds
      }
      if wanted.contains("cycles_4_batch") { figures += rates }
      if wanted.contains("cpu_batch") { figures += Self.beside("cpu_batch", "us", costs, peers.map(\.name)) }
    }
    return figures
  }

  private func compare(
    _ name: String, _ unit: String, clients: Int, batch: Int,
    _ value: (CycleLoad.Result, (name: String, seconds: Double)) -> Double
  ) throws -> [Figure] {
    var values: [String: [Double]] = [:]
    for run in 0..<settings.runs {
      let process = try ServerProcess(
        binary: settings.server, durability: settings.durability, data: folder("\(name)-\(run)"))
      let ours = BanyanCycles(process)
      for server in [ours] + peers {
        let before = try server.cpuSeconds()
        let load = try CycleLoad.run(server, clients: clients, batch: batch, seconds: settings.seconds)
        let cpu = try server.cpuSeconds() - before
        values[server.name, default: []].append(value(load, (server.name, cpu)))
      }
    }
    return Self.beside(name, unit, values, peers.map(\.name))
  }

  /// Our figure; then each of the others', and ours divided by it.
  private static func beside(
    _ name: String, _ unit: String, _ values: [String: [Double]], _ peers: [String]
  ) -> [Figure] {
    let ours = values["banyan"] ?? []
    var figures = [Figure(bench: "wire", name: name, unit: unit, runs: ours)]
    for peer in peers {
      let theirs = values[peer] ?? []
      figures.append(Figure(bench: "wire", name: "\(name)_\(peer)", unit: unit, runs: theirs))
      figures.append(
        Figure(bench: "wire", name: "\(name)_\(peer)_ratio", unit: "times", runs: zip(ours, theirs).map { $0 / $1 }))
    }
    return figures
  }

  static func p50(_ times: [Double]) -> Double { times.isEmpty ? .nan : times.sorted()[times.count / 2] }
}
