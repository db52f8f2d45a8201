import BanyanCore
import Dispatch
import Glibc

/// Which process holds how much memory of which GPU, by `nvidia-smi`.
struct GPUUse: Sendable {
  /// The devices that are offered.
  var devices: [GPUDevice]
  /// The worker's environment: its `PATH` finds the tool, which runs in it.
  var environment: TextMap

  /// What a process holds on a device.
  struct Figure: Sendable, Hashable {
    var ordinal: Int64
    var pid: Int32
    var bytes: Int64
  }

  /// Asks the tool, on a thread that may wait. A tool that fails says nothing: that GPUs were found is told at the
  /// start, and what others use of them is then not known.
  func read() async -> [Figure] {
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async { continuation.resume(returning: ask()) }
    }
  }

  private func ask() -> [Figure] {
    let path = environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
    guard case .success(let tool) = ProgramLookup(searchPath: path, folder: "/").find("nvidia-smi") else { return [] }
    let query = ["nvidia-smi", "--query-compute-apps=gpu_uuid,pid,used_memory", "--format=csv,noheader,nounits"]
    guard case .success(let text) = ToolRun(program: tool, arguments: query, environment: environment).output() else {
      return []
    }
    return figures(text)
  }

  /// Reads the tool's lines: UUID, process, MiB. Of devices that are not offered nothing is taken.
  func figures(_ text: String) -> [Figure] {
    text.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: ",").map { $0.filter { $0 != " " } }
      guard fields.count == 3, let pid = Int32(fields[1]), let mebibytes = Int64(fields[2]), mebibytes >= 0,
        let device = devices.first(where: { $0.uuid == String(fields[0]) })
      else { return nil }
      return Figure(ordinal: device.ordinal, pid: pid, bytes: mebibytes << 20)
    }
  }

  /// The sums by device over some processes; nil: over all.
  static func usage(_ figures: [Figure], of processes: Set<Int32>?) -> [GPUUsage] {
    var sums: [Int64: Int64] = [:]
    for figure in figures where processes?.contains(figure.pid) ?? true {
      sums[figure.ordinal, default: 0] += figure.bytes
    }
    return sums.sorted { $0.key < $1.key }.map { GPUUsage(ordinal: $0.key, usedMemoryBytes: $0.value) }
  }
}
