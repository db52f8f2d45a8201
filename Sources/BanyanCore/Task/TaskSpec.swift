/// The part of a task that its provider wrote, immutable and shared: by the live state, by its views, by journal and
/// snapshot, and by all members of a family. Small where a task says little, because a server holds a million of them: what is rarely said lies in
/// one more object.
public final class TaskSpec: Sendable {
  /// The name of the user who made the task.
  public let owner: String
  /// 1 to 256 characters.
  public let name: String?
  /// What it runs; nil: nothing, it is a group.
  public let work: Work?
  /// A worker claims from the queues it names.
  public let queue: String
  /// Tasks of a larger priority are given out first.
  public let priority: Int16
  /// It says nothing beside name, work, queue, priority and resources.
  public let isPlain: Bool
  /// It is what the members of a family share: names and texts of each are put together when somebody asks.
  public let isTemplate: Bool
  /// What differs from one member to another, where it is what they share.
  public let variation: FamilyVariation
  private let memoryBytes: Int64
  private let coreCount: Int32
  private let rare: Boxed<TaskFields>?

  /// - Parameters:
  ///   - owner: the name of the user who made the task.
  ///   - fields: what the provider wrote, defaults filled in.
  ///   - isTemplate: it is what the members of a family share.
  public init(owner: String, fields: TaskFields, isTemplate: Bool = false) {
    self.owner = owner
    self.isTemplate = isTemplate
    variation = isTemplate ? FamilyVariation(of: fields) : []
    name = fields.name
    work = fields.work
    queue = fields.queue
    priority = fields.priority
    isPlain = fields.isPlain
    let request = fields.resources ?? ResourceRequest()
    memoryBytes = request.memoryBytes
    coreCount = Int32(clamping: request.coreCount)
    let isSmall = request.isPlain && request.gpuCount == 0 && request.coreCount == Int64(coreCount)
    // What is told by the fields above, resources of a group included (it has none), needs no copy.
    let isWhole = isPlain && isSmall && (fields.work == nil) == (fields.resources == nil)
    rare = isWhole ? nil : Boxed(fields)
  }

  /// What it reserves; nil for a group.
  public var resources: ResourceRequest? {
    if let rare { return rare.value.resources }
    return work == nil ? nil : Shape(memoryBytes: memoryBytes, coreCount: Int64(coreCount)).request
  }

  /// What it reserves, as the matching index has it.
  var shape: Shape {
    if let request = rare?.value.resources { return Shape(request) }
    return Shape(memoryBytes: memoryBytes, coreCount: Int64(coreCount))
  }

  /// Everything that the provider wrote.
  public var fields: TaskFields {
    if let rare { return rare.value }
    return TaskFields(name: name, work: work, queue: queue, priority: priority, resources: resources)
  }

  /// A group only ties continuations together.
  public var isGroup: Bool { work == nil }
  /// How many attempts it has, 1 or more; when the last of them fails, the task has failed.
  public var maxAttemptCount: UInt32 { rare?.value.maxAttemptCount ?? 1 }
  /// How often an attempt may be lost with its worker.
  public var maxLossCount: UInt32 { rare?.value.maxLossCount ?? 3 }
  /// Milliseconds before the second attempt.
  public var retryDelay: Int64 { rare?.value.retryDelay ?? 0 }
  /// Milliseconds since 1970; not claimable earlier.
  public var notBefore: Int64? { rare?.value.notBefore }
  /// Milliseconds between SIGTERM and SIGKILL.
  public var maxShutdownTime: Int64 { rare?.value.maxShutdownTime ?? TaskFields.defaultShutdownTime }
  /// Its place in an array; nil: it is of none.
  public var array: ArrayPlace? { rare?.value.array }
  /// How long it should and how long it may take, in milliseconds.
  var times: (estimate: Int64?, limit: Int64?) { (rare?.value.estimatedRuntime, rare?.value.maxRuntime) }
  /// The shorter of both; nil: nobody knows.
  var expectedRuntime: Int64? {
    guard let rare else { return nil }
    guard let estimate = rare.value.estimatedRuntime else { return rare.value.maxRuntime }
    return min(estimate, rare.value.maxRuntime ?? .max)
  }
  /// How long a worker has to stay for it, in milliseconds: the longest that it says, an estimate rounded up to seven
  /// binary digits, so that tasks that each have one of their own share lanes. `Int64.max`: it says nothing.
  ///
  /// A worker that leaves must not have to give it back, so that the longer of both counts here; where something is kept
  /// free (``expectedRuntime``) it is the shorter.
  var neededTime: Int64 {
    guard let rare, rare.value.estimatedRuntime != nil || rare.value.maxRuntime != nil else { return .max }
    let estimate = rare.value.estimatedRuntime.map { Demand.roundedUp($0, digits: 7) } ?? 0
    return min(max(estimate, rare.value.maxRuntime ?? 0), .max - 1)
  }
  /// Whether a task that waits with these words stands where it stood with others.
  func waitsLike(_ other: TaskSpec) -> Bool {
    priority == other.priority && queue.isSame(as: other.queue) && shape == other.shape
      && expectedRuntime == other.expectedRuntime && neededTime == other.neededTime
      && boundedArray == other.boundedArray
  }
  /// What its worker does while the server stays away.
  public var onLostContact: LostContact { rare?.value.onLostContact ?? .stop }
}

extension TaskFields {
  /// What most tasks say, and the defaults for the rest.
  fileprivate init(name: String?, work: Work?, queue: String, priority: Int16, resources: ResourceRequest?) {
    self.init()
    self.name = name
    self.work = work
    self.queue = queue
    self.priority = priority
    self.resources = resources
  }
}
