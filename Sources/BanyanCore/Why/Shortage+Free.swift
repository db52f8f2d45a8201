extension Free {
  /// What is lacking for a request; empty if it fits.
  /// - Parameter whole: the same worker when it is idle.
  func shortages(for request: ResourceRequest, of whole: Free) -> [Shortage] {
    var shortages: [Shortage] = []
    func compare(_ resource: String, _ wanted: Int64, _ free: Int64, _ offered: Int64) {
      guard free < wanted else { return }
      shortages.append(Shortage(resource: resource, wanted: wanted, free: max(0, free), offered: offered))
    }
    func suitable(_ gpus: [GPUDevice]) -> Int64 { Int64(gpus.count { Self.suits($0, request) }) }
    compare("cpu_cores", request.cores(ofOffered: offeredCores), cores, whole.cores)
    compare("cpu_memory_bytes", request.memoryBytes, memoryBytes, whole.memoryBytes)
    if request.gpuCount > 0 { compare("gpus", request.gpuCount, suitable(gpus), suitable(whole.gpus)) }
    for resource in request.custom {
      compare(resource.name.text, resource.count, custom[resource.name] ?? 0, whole.custom[resource.name] ?? 0)
    }
    compare("tasks", 1, tasks, whole.tasks)
    return shortages
  }
}

extension [Shortage] {
  /// How far a worker is from fitting: the number of things that lack, then the part of them that lacks.
  var distance: (count: Int, part: Double) {
    (count, reduce(0) { $0 + Double($1.wanted - $1.free) / Double(Swift.max(1, $1.wanted)) })
  }
}
