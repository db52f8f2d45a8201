/// What is left to take of a worker while a claim is being filled.
struct Free: Sendable {
  var memoryBytes: Int64
  var cores: Int64
  var gpus: [GPUDevice]
  var custom: [CodePoints: Int64]
  var tasks: Int64
  /// What percentages are of: the cores of the worker's `hello`.
  var offeredCores: Int64
  /// The worker whose resources these are.
  var worker: WorkerID
  /// How long the worker stays, in milliseconds; `Int64.max`: nobody said that it leaves.
  var stay: Int64 = .max
  /// What a task that says nothing of its time is taken to need of a worker that leaves; nil: more than there is.
  var assumed: Int64?

  /// The smaller of both in everything; a GPU must be in both.
  mutating func limit(to offer: ResourceOffer) {
    memoryBytes = min(memoryBytes, offer.memoryBytes)
    cores = min(cores, offer.cores)
    let named = Set(offer.gpus.map(\.ordinal))
    gpus.removeAll { !named.contains($0.ordinal) }
    for (name, count) in custom { custom[name] = min(count, offer.custom[name] ?? 0) }
    if let limit = offer.maxTasks { tasks = min(tasks, limit) }
  }

  func fits(_ shape: Shape) -> Bool {
    if let special = shape.special { return fits(special.value) }
    return tasks > 0 && shape.memoryBytes <= memoryBytes && shape.coreCount <= cores && shape.gpuCount <= gpus.count
  }

  /// The same for a shape that is told by its numbers alone.
  func fits(_ demand: Demand) -> Bool {
    tasks > 0 && demand[0] <= memoryBytes && demand[1] <= cores && demand[2] <= Int64(gpus.count)
  }

  /// Whether the worker stays for so long; `Int64.max`: nobody knows how long. Who is about to leave has time for nothing.
  func hasTime(for time: Int64) -> Bool {
    stay == .max || Stay.hasTime(for: time, stay, assumed)
  }

  /// The longest runtime, as the index has it, that a task may have for which there is time.
  var maxRuntime: Int64 {
    stay == .max || hasTime(for: .max) ? .max : Demand.roundedUp(runtime: stay)
  }

  /// Takes what a shape that fits asks for, and tells the cores and the ordinals of the GPUs it got.
  mutating func allocate(_ shape: Shape) -> (cores: Int64, gpus: [Int64]) {
    guard shape.special == nil, shape.gpuCount == 0 else { return allocate(shape.request) }
    memoryBytes -= shape.memoryBytes
    cores -= shape.coreCount
    tasks -= 1
    return (shape.coreCount, [])
  }

  /// Puts back what an attempt holds.
  mutating func giveBack(_ shape: Shape, _ attempt: AttemptRecord, of offer: ResourceOffer) {
    memoryBytes = memoryBytes.saturating(plus: shape.memoryBytes)
    cores = cores.saturating(plus: attempt.cores)
    tasks += 1
    if !attempt.gpus.isEmpty { gpus += offer.gpus.filter { attempt.gpus.contains($0.ordinal) } }
    for resource in shape.special?.value.custom ?? [] {
      custom[resource.name] = (custom[resource.name] ?? 0).saturating(plus: resource.count)
    }
  }

  func fits(_ request: ResourceRequest) -> Bool {
    guard tasks > 0, request.memoryBytes <= memoryBytes, request.cores(ofOffered: offeredCores) <= cores else {
      return false
    }
    if request.gpuCount > 0 {
      guard gpus.lazy.filter({ Self.suits($0, request) }).count >= request.gpuCount else { return false }
    }
    return request.custom.allSatisfy { (custom[$0.name] ?? 0) >= $0.count }
  }

  /// Takes what a request that fits asks for, and tells the cores and the ordinals of the GPUs it got: the smallest
  /// that suit it, so that the larger ones stay for those who need them.
  private mutating func allocate(_ request: ResourceRequest) -> (cores: Int64, gpus: [Int64]) {
    let cores = request.cores(ofOffered: offeredCores)
    memoryBytes -= request.memoryBytes
    self.cores -= cores
    tasks -= 1
    for resource in request.custom { custom[resource.name, default: 0] -= resource.count }
    guard request.gpuCount > 0 else { return (cores, []) }
    let chosen = gpus.filter { Self.suits($0, request) }
      .sorted { ($0.memoryBytes, $0.capability, $0.ordinal) < ($1.memoryBytes, $1.capability, $1.ordinal) }
      .prefix(Int(clamping: request.gpuCount)).map(\.ordinal)
    gpus.removeAll { chosen.contains($0.ordinal) }
    return (cores, chosen.sorted())
  }

  static func suits(_ gpu: GPUDevice, _ request: ResourceRequest) -> Bool {
    if let memory = request.gpuMemoryBytes, gpu.memoryBytes < memory { return false }
    if let capability = request.gpuCapability, gpu.capability < capability { return false }
    return true
  }
}
