import BanyanCore

/// What is left of a worker's offer while attempts hold parts of it.
struct FreeResources: Sendable, Hashable {
  /// All that the worker offered.
  let offered: ResourceOffer
  /// What is left, `maxTasks` included.
  private(set) var free: ResourceOffer

  init(offered: ResourceOffer) {
    self.offered = offered
    free = offered
    free.maxTasks = offered.taskLimit
  }

  /// Lowers it by what others use of the machine, and by what its own tasks use beyond what they reserve.
  mutating func lower(by load: MachineLoad) {
    let reserved = offered.memoryBytes - free.memoryBytes
    let room = load.memory(ofOffered: offered.memoryBytes)
    free.memoryBytes = min(free.memoryBytes, max(0, room - max(reserved, load.ownMemoryBytes)))
    free.gpus = free.gpus.compactMap { device in
      guard let foreign = load.foreignGPUBytes[device.ordinal], foreign > 0 else { return device }
      guard foreign <= device.memoryBytes / MachineLoad.gpuShare else { return nil }
      var device = device
      device.memoryBytes -= foreign
      return device
    }
  }

  /// Takes out what an attempt holds. What was promised in an earlier life, under another offer, may be more than there
  /// is: nothing is left then.
  mutating func take(_ resources: ResourceRequest, gpus: [Int64]) {
    free.memoryBytes = max(0, free.memoryBytes - resources.memoryBytes)
    free.cores = max(0, free.cores - resources.cores(ofOffered: offered.cores))
    free.gpus.removeAll { gpus.contains($0.ordinal) }
    for one in resources.custom {
      let left = (free.custom[one.name] ?? 0) - one.count
      free.custom[one.name] = left > 0 ? left : nil
    }
    free.maxTasks = max(0, (free.maxTasks ?? 0) - 1)
  }
}
