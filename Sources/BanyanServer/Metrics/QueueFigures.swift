import BanyanCore

/// The queue in figures, at one moment.
struct QueueFigures: Sendable {
  let view: QueueView
  let meter: QueueMeter
  /// Monotonic milliseconds, on which the meter's windows look back.
  let now: Int64
  let connected: Set<WorkerID>
  let openClaims: Int
  /// The last event that a crash can't take back.
  let durable: UInt64
  let hasRoom: Bool
}

extension QueueFigures {
  /// What workers have together: all that is connected, and what live attempts hold of it.
  struct Resources: Sendable {
    var cores: Int64 = 0
    var memoryBytes: Int64 = 0
    var gpus: Int64 = 0
    var custom: [CodePoints: Int64] = [:]
  }

  /// What the connected workers offer.
  var offered: Resources {
    var sum = Resources()
    for worker in view.workers where connected.contains(worker.record.id) {
      guard let offer = worker.record.offer else { continue }
      sum.cores &+= offer.cores
      sum.memoryBytes &+= offer.memoryBytes
      sum.gpus += Int64(offer.gpus.count)
      for (name, count) in offer.custom { sum.custom[name, default: 0] &+= count }
    }
    return sum
  }

  /// What live attempts hold, on connected workers or not.
  var reserved: Resources {
    var sum = Resources()
    for worker in view.workers {
      sum.cores &+= worker.usedCores
      sum.memoryBytes &+= worker.usedMemoryBytes
      sum.gpus += Int64(worker.usedGPUs.count)
      for (name, count) in worker.usedCustom { sum.custom[name, default: 0] &+= count }
    }
    return sum
  }
}
