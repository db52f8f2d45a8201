import BanyanCore
import CProcess
import Glibc

/// The GPUs that `nvidia-smi` lists, in the order of the bus, as far as `CUDA_VISIBLE_DEVICES` lets this process see
/// them.
struct GPUProbe: Sendable {
  /// The worker's environment: `PATH` finds the tool, `CUDA_VISIBLE_DEVICES` says what may be offered.
  var environment: TextMap

  /// The devices, and what a person should know: it is asked once, so it is said once.
  func find() -> (devices: [GPUDevice], remarks: [String]) {
    let path = environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
    guard case .success(let tool) = ProgramLookup(searchPath: path, folder: "/").find("nvidia-smi") else {
      return ([], [])
    }
    let query = [
      "nvidia-smi", "--query-gpu=index,uuid,name,memory.total,compute_cap", "--format=csv,noheader,nounits",
    ]
    switch ToolRun(program: tool, arguments: query, environment: environment).output() {
    case .failure(let error): return ([], ["no GPU is offered: \(tool): \(error.description)"])
    case .success(let text):
      let (devices, remarks) = Self.read(text)
      let (visible, unknown) = Self.visible(devices, environment["CUDA_VISIBLE_DEVICES"])
      return (visible, remarks + unknown)
    }
  }

  /// Reads the tool's lines: index, UUID, name, MiB of memory, compute capability.
  static func read(_ text: String) -> (devices: [GPUDevice], remarks: [String]) {
    var devices: [GPUDevice] = []
    var remarks: [String] = []
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(Self.trimmed)
      guard fields.count == 5, let ordinal = Int64(fields[0]), let memory = Int64(fields[3]), memory >= 0 else {
        remarks.append("nvidia-smi says what is not understood: \(line)")
        continue
      }
      let capability = fields[4].split(separator: ".").compactMap { Int64($0) }
      devices.append(
        GPUDevice(
          ordinal: ordinal, uuid: fields[1], model: fields[2], memoryBytes: memory << 20,
          capability: GPUCapability(major: capability.first ?? 0, minor: capability.count > 1 ? capability[1] : 0)))
    }
    return (devices.sorted { $0.ordinal < $1.ordinal }, remarks)
  }

  /// Those that the variable names, by number or by (the beginning of) their UUIDs. As the library does, it stops at the
  /// first that isn't there.
  static func visible(_ devices: [GPUDevice], _ variable: String?) -> (devices: [GPUDevice], remarks: [String]) {
    guard let variable else { return (devices, []) }
    var chosen: [GPUDevice] = []
    for entry in variable.split(separator: ",", omittingEmptySubsequences: true).map(Self.trimmed) {
      let found = devices.first { device in
        Int64(entry) == device.ordinal || (entry.hasPrefix("GPU-") && device.uuid?.hasPrefix(entry) == true)
      }
      guard let found else {
        let isNone = entry == "-1" || entry == "NoDevFiles"
        return (chosen, isNone ? [] : ["CUDA_VISIBLE_DEVICES names \(entry), which is not there"])
      }
      if !chosen.contains(found) { chosen.append(found) }
    }
    return (chosen.sorted { $0.ordinal < $1.ordinal }, [])
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text
    while text.first == " " { text = text.dropFirst() }
    while text.last == " " { text = text.dropLast() }
    return String(text)
  }
}
