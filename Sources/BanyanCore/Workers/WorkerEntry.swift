/// A registered worker and what it holds.
struct WorkerEntry: Sendable {
  var record: WorkerRecord
  var live = LiveTasks()
  var used = Holding()

  /// It was heard since it was last missed. Not journalled: after a restart everybody has yet to come back.
  var isPresent = false
  /// It was silent past its lease, and not heard since. Not journalled: after a restart everybody has a whole lease.
  var isOutOfContact = false
  /// The folders that it left and whose lease is over. Not journalled.
  var silentFolders: Set<CodePoints> = []
  /// The queues that it last claimed from, by number; nil: from all. Not journalled.
  var queues: Set<UInt32>?
  /// What its last claim offered at most; nil: all that is free of its offer. Not journalled.
  var claimed: ResourceOffer?
  /// Until when it stays; nil: it didn't say that it leaves. Not journalled: it says so with each `hello` and each claim.
  var stay: Stay?

  init(record: WorkerRecord) { self.record = record }

  /// What its offer and its time leave now; nil: it declared nothing.
  /// - Parameter newer: what it says of its time just now; nil: nothing new.
  func free(at now: Int64, _ newer: Stay? = nil) -> Free? { free.map { Self.limited($0, newer ?? stay, at: now) } }

  /// All that it offered, in the time that it stays; nil: it declared nothing.
  /// - Parameter newer: what it says of its time just now; nil: nothing new.
  func wholeOffer(at now: Int64, _ newer: Stay? = nil) -> Free? {
    wholeOffer.map { Self.limited($0, newer ?? stay, at: now) }
  }

  private static func limited(_ free: Free, _ stay: Stay?, at now: Int64) -> Free {
    guard let stay else { return free }
    var free = free
    free.stay = max(0, stay.until.saturating(plus: -now))
    free.assumed = stay.assumed
    return free
  }

  /// All that it offered; nil: it declared nothing.
  var wholeOffer: Free? {
    guard let offer = record.offer else { return nil }
    return Free(
      memoryBytes: offer.memoryBytes, cores: offer.cores, gpus: offer.gpus, custom: offer.custom,
      tasks: offer.taskLimit, offeredCores: offer.cores, worker: record.id)
  }

  /// What is left of its offer; nil: it declared nothing.
  var free: Free? {
    guard let offer = record.offer else { return nil }
    var custom = offer.custom
    for (name, count) in used.custom { custom[name] = Int64(clamping: Int128(custom[name] ?? 0) - count) }
    return Free(
      memoryBytes: Int64(clamping: Int128(offer.memoryBytes) - used.memoryBytes),
      cores: Int64(clamping: Int128(offer.cores) - used.cores),
      gpus: used.gpus.isEmpty ? offer.gpus : offer.gpus.filter { !used.gpus.contains($0.ordinal) }, custom: custom,
      tasks: offer.taskLimit - Int64(live.count), offeredCores: offer.cores, worker: record.id)
  }
}

/// What live attempts hold together: of one worker, or of one owner. Sums of any numbers that may be asked for: a worker
/// that declared nothing may hold more than 64 bits can tell, and so may an owner on many workers.
struct Holding: Sendable, Equatable {
  var memoryBytes: Int128 = 0
  var cores: Int128 = 0
  var gpuCount: Int64 = 0
  /// Ordinals, of one worker only.
  var gpus: Set<Int64> = []
  var custom: [CodePoints: Int128] = [:]
  var tasks: Int64 = 0

  mutating func add(_ shape: Shape, _ attempt: AttemptRecord) {
    memoryBytes += Int128(shape.memoryBytes)
    cores += Int128(attempt.cores)
    gpuCount += Int64(attempt.gpus.count)
    if !attempt.gpus.isEmpty { gpus.formUnion(attempt.gpus) }
    tasks += 1
    for resource in shape.special?.value.custom ?? [] { custom[resource.name, default: 0] += Int128(resource.count) }
  }

  mutating func remove(_ shape: Shape, _ attempt: AttemptRecord) {
    memoryBytes -= Int128(shape.memoryBytes)
    cores -= Int128(attempt.cores)
    gpuCount -= Int64(attempt.gpus.count)
    if !attempt.gpus.isEmpty { gpus.subtract(attempt.gpus) }
    tasks -= 1
    for resource in shape.special?.value.custom ?? [] {
      custom[resource.name, default: 0] -= Int128(resource.count)
      if custom[resource.name] == 0 { custom[resource.name] = nil }
    }
  }
}
