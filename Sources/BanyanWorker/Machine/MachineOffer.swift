import BanyanCore

/// What this machine gives a worker to offer: what its affinity mask and its cgroup really allow, less what is to be
/// left, or what flags say instead.
public struct MachineOffer: Sendable {
  /// Cores instead of those that are there.
  public var cores: Int64?
  /// Memory in bytes instead of what is there.
  public var memoryBytes: Int64?
  /// These GPUs alone, by their ordinals; nil: all that are allowed.
  public var gpus: [Int64]?
  /// Further resources that are offered (`--resource`), by name.
  public var custom: [CodePoints: Int64] = [:]
  /// Cores that are left to others.
  public var leaveCores: Int64 = 0
  /// Memory in bytes that is left to others.
  public var leaveMemoryBytes: Int64 = 0
  /// Tasks at once; nil: 8 for each core.
  public var maxTasks: Int64?
  /// The worker's environment, for `CUDA_VISIBLE_DEVICES` and the search for tools.
  public var environment: TextMap = ProcessEnvironment.current()

  /// Everything that the machine gives.
  public init() {}

  /// What there is to offer, and what a person should know about it.
  /// - Throws: where a GPU was named that is not there.
  public func measure() throws(MachineError) -> (offer: ResourceOffer, remarks: [String]) {
    let found = GPUProbe(environment: environment).find()
    var remarks = found.remarks
    var devices = found.devices
    if let gpus {
      for ordinal in gpus where !devices.contains(where: { $0.ordinal == ordinal }) {
        let known = devices.map { "\($0.ordinal)" }.joined(separator: ", ")
        throw MachineError("there is no GPU \(ordinal) here; there are: \(known.isEmpty ? "none" : known)")
      }
      devices = devices.filter { gpus.contains($0.ordinal) }
    }
    let allCores = cores ?? CoreAllowance.cores()
    let allMemory = memoryBytes ?? MemoryAllowance.bytes()
    let offer = ResourceOffer(
      memoryBytes: max(0, allMemory - leaveMemoryBytes), cores: max(0, allCores - leaveCores), gpus: devices,
      custom: custom, maxTasks: maxTasks)
    if offer.cores == 0 { remarks.append("no core is offered: only tasks that reserve none can run here") }
    return (offer, remarks)
  }
}
