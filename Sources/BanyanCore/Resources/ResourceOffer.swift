/// One graphics processor of a worker.
public struct GPUDevice: Hashable, Sendable {
  /// Its index in the order of the bus, the number that a task is pinned to.
  public var ordinal: Int64
  /// The driver's name of this one device.
  public var uuid: String?
  /// The maker's name of its kind.
  public var model: String?
  /// Its memory in bytes.
  public var memoryBytes: Int64
  /// The compute capability that its maker gives it, as 8.6.
  public var capability: GPUCapability

  /// A device, of which the maker's names may be unknown.
  public init(
    ordinal: Int64, uuid: String? = nil, model: String? = nil, memoryBytes: Int64, capability: GPUCapability
  ) {
    self.ordinal = ordinal
    self.uuid = uuid
    self.model = model
    self.memoryBytes = memoryBytes
    self.capability = capability
  }
}

/// What a worker has to give, in its `hello`, or may give now, in a claim.
public struct ResourceOffer: Hashable, Sendable {
  /// Main memory in bytes.
  public var memoryBytes: Int64
  /// Whole processor cores.
  public var cores: Int64
  /// Graphics processors, each with its own ordinal.
  public var gpus: [GPUDevice]
  /// Anything else, by name.
  public var custom: [CodePoints: Int64]
  /// How many tasks at once; nil: 8 for each core.
  public var maxTasks: Int64?

  /// What a worker gives; without `maxTasks`, 8 tasks for each core.
  public init(
    memoryBytes: Int64, cores: Int64, gpus: [GPUDevice] = [], custom: [CodePoints: Int64] = [:],
    maxTasks: Int64? = nil
  ) {
    self.memoryBytes = memoryBytes
    self.cores = cores
    self.gpus = gpus
    self.custom = custom
    self.maxTasks = maxTasks
  }

  /// The number of tasks at once: as said, else 8 for each core (at least 8).
  public var taskLimit: Int64 { maxTasks ?? Int64(clamping: Int128(max(cores, 1)) * 8) }
}
