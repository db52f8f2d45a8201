import BanyanCore
import BanyanJSON

/// An attempt's record as the elements that end a list: id, attempt count, claim number, epoch, worker, cores, GPUs (null:
/// none), when it was claimed; and, once anything was reported: last update, working directory, exit status, the state
/// that its worker asked for, when it started, when it ended, what it used.
enum AttemptCodec {
  static func write(_ attempt: AttemptRecord, to list: inout JSONArrayWriter) {
    list.append(id: attempt.id)
    list.append(attempt.attemptCount)
    list.append(attempt.claimNumber)
    list.append(attempt.epoch)
    list.append(id: attempt.workerID)
    list.append(attempt.cores)
    list.append(numbers: attempt.gpus)
    list.append(attempt.timeClaimed)
    if attempt.isFresh { return }
    list.append(attempt.lastUpdate)
    list.append(attempt.workingDirectory)
    list.append(attempt.exitStatus)
    list.append(attempt.reported?.name)
    list.append(attempt.timeStarted)
    list.append(attempt.timeTerminated)
    write(attempt.usage, to: &list)
  }

  static func read(_ list: inout RecordReader) throws(RecordError) -> AttemptRecord {
    var attempt = AttemptRecord(
      id: try list.id(), attemptCount: try list.number(UInt32.self), claimNumber: try list.number(UInt32.self),
      epoch: try list.number(UInt32.self), workerID: try list.id(), cores: try list.number(),
      gpus: try list.numbers(), timeClaimed: try list.number())
    if list.isAtEnd { return attempt }
    attempt.lastUpdate = try list.number()
    attempt.workingDirectory = try list.textOrNone()
    attempt.exitStatus = try list.textOrNone()
    attempt.reported = try state(list.textOrNone())
    attempt.timeStarted = try list.numberOrNone()
    attempt.timeTerminated = try list.numberOrNone()
    attempt.usage = try readUsage(&list) ?? AttemptUsage()
    return attempt
  }

  /// Null, or a list: resident and virtual memory, percent of a core, GPUs as pairs of ordinal and memory, peak memory,
  /// seconds of processor time, and, where somebody said it, the streams that it wrote to.
  static func write(_ usage: AttemptUsage?, to list: inout JSONArrayWriter) {
    guard let usage else { return list.appendNull() }
    list.array { list in
      if usage == AttemptUsage() { return }
      list.append(usage.residentMemoryBytes)
      list.append(usage.virtualMemoryBytes)
      list.append(real: usage.cpuPercent)
      list.array { gpus in
        for gpu in usage.gpus { gpus.append(numbers: [gpu.ordinal, gpu.usedMemoryBytes]) }
      }
      list.append(usage.peakMemoryBytes)
      list.append(real: usage.cpuSeconds)
      if let printed = usage.printed { list.append(Int64(printed.rawValue)) }
    }
  }

  static func readUsage(_ record: inout RecordReader) throws(RecordError) -> AttemptUsage? {
    guard var list = try record.listOrNone() else { return nil }
    var usage = AttemptUsage()
    if list.isAtEnd { return usage }
    usage.residentMemoryBytes = try list.numberOrNone()
    usage.virtualMemoryBytes = try list.numberOrNone()
    usage.cpuPercent = try list.realOrNone()
    var gpus = try list.list()
    while !gpus.isAtEnd {
      var pair = try gpus.list()
      usage.gpus.append(GPUUsage(ordinal: try pair.number(), usedMemoryBytes: try pair.number()))
    }
    usage.peakMemoryBytes = try list.numberOrNone()
    usage.cpuSeconds = try list.realOrNone()
    if !list.isAtEnd { usage.printed = PrintedStreams(rawValue: try list.number(UInt8.self)) }
    return usage
  }

  static func state(_ name: String?) throws(RecordError) -> TaskState? {
    guard let name else { return nil }
    guard let state = TaskState(name: name) else { throw RecordError("\(name) is no state") }
    return state
  }
}

extension AttemptRecord {
  /// Nothing was reported yet.
  fileprivate var isFresh: Bool {
    lastUpdate == timeClaimed && workingDirectory == nil && exitStatus == nil && reported == nil && timeStarted == nil
      && timeTerminated == nil && usage == AttemptUsage()
  }
}
