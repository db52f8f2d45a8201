/// What a task reserves, small where it is plain: memory, cores and GPUs of any kind.
struct Shape: Hashable, Sendable {
  var memoryBytes: Int64
  var coreCount: Int64
  var gpuCount: Int64
  /// The whole request, where it asks for a percentage, for GPUs of a kind, or for custom resources.
  var special: Boxed<ResourceRequest>?

  init(memoryBytes: Int64, coreCount: Int64) {
    self.memoryBytes = memoryBytes
    self.coreCount = coreCount
    gpuCount = 0
  }

  init(_ request: ResourceRequest) {
    memoryBytes = request.memoryBytes
    coreCount = request.coreCount
    gpuCount = request.gpuCount
    special = request.isPlain ? nil : Boxed(request)
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(memoryBytes)
    hasher.combine(coreCount &+ gpuCount &<< 32)
    if let special { hasher.combine(special) }
  }

  /// The request that it was made of.
  var request: ResourceRequest {
    if let special { return special.value }
    var request = ResourceRequest()
    request.memoryBytes = memoryBytes
    request.coreCount = coreCount
    request.gpuCount = gpuCount
    return request
  }
}
