import BanyanCore
import CProcess
import Glibc

/// Measures what running attempts use, each over its whole tree, and what the machine does beside.
///
/// An actor of its own: reading the table of processes takes milliseconds, and `nvidia-smi` may take seconds.
actor UsageSampler {
  private let gpus: GPUUse?
  private let memory: MemoryTable
  private var before: [AttemptKey: (seconds: Double, at: Int64)] = [:]
  private var machineBefore: ProcessorTimes?
  private var gpuFigures: (figures: [GPUUse.Figure], at: Int64)?

  /// The tool for GPUs is asked no more often than this, in milliseconds.
  private static let gpuInterval: Int64 = 30_000

  /// - Parameter gpus: how GPUs are asked; nil: there are none.
  init(gpus: GPUUse?, memory: MemoryTable = MemoryTable()) {
    self.gpus = gpus
    self.memory = memory
  }

  /// Measures what these attempts and the machine use now. Percentages cover the time since the last call.
  func measure(_ running: [MeasuredAttempt]) async -> Measurement {
    let onGPUs = await gpuUse()
    var result = Measurement()
    let table = ProcessTable.read()
    let now = banyan_boot_milliseconds()
    let page = Int64(sysconf(Int32(_SC_PAGESIZE)))
    let ticks = Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
    var bySession: [Int32: [Int32]] = [:]
    for process in table.processes.values { bySession[process.session, default: []].append(process.pid) }
    var own: Set<Int32> = []
    for one in running {
      let grouped = one.group.map(TaskGroups.processes(inGroup:)) ?? []
      // The number may be a stranger's: the news of the attempt's end is on its way.
      let isItself = one.startTicks == nil || (table.processes[one.pid].map { $0.startTicks == one.startTicks } ?? true)
      let session = isItself ? (bySession[one.pid] ?? []) + [one.pid] : []
      let tree = table.descendants(of: Array(Set(session + grouped)))
      guard !tree.isEmpty else { continue }
      own.formUnion(tree.map(\.pid))
      var usage = AttemptUsage()
      let resident = tree.reduce(0) { $0 &+ $1.residentPages &* page }
      usage.residentMemoryBytes = resident
      usage.peakMemoryBytes = resident
      usage.virtualMemoryBytes = tree.reduce(0) { $0 &+ $1.virtualMemoryBytes }
      let used =
        one.group.flatMap(TaskGroups.cpuSeconds(inGroup:)) ?? Double(tree.reduce(0) { $0 &+ $1.treeTicks }) / ticks
      usage.cpuSeconds = used
      if let last = before[one.key], now > last.at, used >= last.seconds {
        usage.cpuPercent = (used - last.seconds) / (Double(now - last.at) / 1000) * 100
      }
      before[one.key] = (used, now)
      usage.gpus = GPUUse.usage(onGPUs, of: Set(tree.map(\.pid)))
      result.load.ownMemoryBytes += resident
      result.attempts[one.key] = usage
    }
    let keys = Set(running.map(\.key))
    before = before.filter { keys.contains($0.key) }
    measureMachine(&result, onGPUs, own: own)
    return result
  }

  private func measureMachine(_ result: inout Measurement, _ onGPUs: [GPUUse.Figure], own: Set<Int32>) {
    if let (total, available) = memory.read() {
      result.machine.residentMemoryBytes = total - available
      result.load.memoryBytes = total
      result.load.foreignMemoryBytes = max(0, total - available - result.load.ownMemoryBytes)
    }
    if let times = ProcessorTimes.read() {
      if let last = machineBefore { result.machine.cpuPercent = times.percent(since: last) }
      machineBefore = times
    }
    result.machine.gpus = GPUUse.usage(onGPUs, of: nil)
    for figure in onGPUs where !own.contains(figure.pid) {
      result.load.foreignGPUBytes[figure.ordinal, default: 0] += figure.bytes
    }
  }

  private func gpuUse() async -> [GPUUse.Figure] {
    guard let gpus else { return [] }
    let now = banyan_boot_milliseconds()
    if let known = gpuFigures, now - known.at < Self.gpuInterval { return known.figures }
    let figures = await gpus.read()
    gpuFigures = (figures, now)
    return figures
  }
}

/// The processor time of the whole machine, in ticks.
struct ProcessorTimes: Sendable, Hashable {
  var busy: Int64
  var all: Int64

  static func read(_ path: String = "/proc/stat") -> ProcessorTimes? {
    guard let line = FileReading.text(of: path)?.split(separator: "\n").first, line.hasPrefix("cpu ") else {
      return nil
    }
    // user nice system idle iowait irq softirq steal; what guests use stands in user already.
    let fields = line.split(separator: " ").dropFirst().prefix(8).compactMap { Int64($0) }
    guard fields.count >= 5 else { return nil }
    let all = fields.reduce(0, +)
    return ProcessorTimes(busy: all - fields[3] - fields[4], all: all)
  }

  /// How busy it was between two moments: 100 is all its cores.
  func percent(since last: ProcessorTimes) -> Double? {
    guard all > last.all else { return nil }
    return max(0, Double(busy - last.busy) / Double(all - last.all) * 100)
  }
}
