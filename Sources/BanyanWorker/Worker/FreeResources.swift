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
