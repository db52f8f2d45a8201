import BanyanCore

extension TaskRecord {
  /// A task for tests of what reads tasks: fresh, and then as the test changes it.
  public static func sample(
    _ number: UInt64 = 1, owner: String = "ann", _ change: (inout TaskRecord, inout TaskFields) -> Void = { _, _ in }
  ) -> TaskRecord {
    var fields = TaskFields()
    fields.work = .shell("true")
    fields.resources = ResourceRequest()
    var record = TaskRecord(
      id: TaskID(seconds: 1_364_898_553, rest: number), updated: 1_364_898_554_250,
      spec: TaskSpec(owner: owner, fields: fields), state: .inactive, isHeld: false, pendingDependencyCount: 0,
      attemptCount: 0, lossCount: 0, claimNumber: 0, cause: nil, availableSince: 0, turn: 0, delayedUntil: 0,
      killDue: 0, allContinuations: [], continuations: [], attempts: [])
    change(&record, &fields)
    record.spec = TaskSpec(owner: owner, fields: fields)
    return record
  }
}

extension AttemptRecord {
  /// A live attempt for tests.
  public static func sample(_ number: UInt64 = 1, worker: WorkerID) -> AttemptRecord {
    AttemptRecord(
      id: RecordID(seconds: 1_364_898_560, rest: number), attemptCount: 1, claimNumber: UInt32(number), epoch: 1,
      workerID: worker, cores: 1, gpus: [0], timeClaimed: 1_364_898_560_000)
  }
}
