import BanyanCore

import Glibc

/// The figures of the engine: each measured on a queue of its own.
enum EngineFigures {
  /// Microseconds of one submit, claim and report of one task, with so many tasks present.
  static func cycle(present: Int) throws(Rejection) -> Double {
    var load = EngineWorkload()
    try load.fill(present)
    let worker = try load.worker("w", cores: 64, memory: 1 << 40)
    // Those that are present keep waiting behind the ones that go through: they are of a lower turn, so the one that is
    // claimed is another one than the one submitted; the number of tasks that wait stays the same.
    let requests = (0..<100_000).map { [EngineWorkload.draft(10_000_000 + $0)] }
    let start = Stopwatch()
    for request in requests {
      _ = try load.submit(request)
      try load.report(worker, try load.claim(worker, max: 1))
    }
    return start.microseconds / Double(requests.count)
  }

  /// Microseconds of one claim, the median of many, with a million tasks of so many shapes waiting.
  static func claim(shapes: Int, size: Int, present: Int = 1_000_000) throws(Rejection) -> Double {
    var load = EngineWorkload()
    try load.fill(present, shapes: shapes)
    let worker = try load.worker("w", cores: 1 << 20, memory: 1 << 50)
    var times: [Double] = []
    for _ in 0..<2000 {
      let watch = Stopwatch()
      let tasks = try load.claim(worker, max: size)
      times.append(watch.microseconds)
      try load.report(worker, tasks, state: .available)
    }
    return times.sorted()[times.count / 2]
  }

  /// Seconds to cancel a chain.
  static func cancelChain(length: Int) throws(Rejection) -> Double {
    var load = EngineWorkload()
    var drafts: [TaskDraft] = []
    drafts.reserveCapacity(length)
    for number in 0..<length {
      var draft = EngineWorkload.draft(number)
      if number > 0, let name = drafts[number - 1].fields.name { draft.after = [.name(name)] }
      drafts.append(draft)
    }
    return try cancel(first: try load.submit(drafts), &load)
  }

  /// Seconds to cancel a task with so many continuations.
  static func cancelFan(width: Int) throws(Rejection) -> Double {
    var load = EngineWorkload()
    let root = EngineWorkload.draft(0)
    var drafts = [root]
    for number in 1...width {
      var draft = EngineWorkload.draft(number)
      if let name = root.fields.name { draft.after = [.name(name)] }
      drafts.append(draft)
    }
    return try cancel(first: try load.submit(drafts), &load)
  }

  private static func cancel(first ids: [TaskID], _ load: inout EngineWorkload) throws(Rejection) -> Double {
    let watch = Stopwatch()
    _ = try load.state.perform(
      .cancel(Array(ids.prefix(1)), grace: nil, by: load.provider), at: load.now, entropy: &load.entropy)
    return watch.seconds
  }

  /// Seconds to submit a graph in which every task but the first two waits for two others.
  static func graph(size: Int) throws(Rejection) -> Double {
    var load = EngineWorkload()
    var drafts: [TaskDraft] = []
    drafts.reserveCapacity(size)
    for number in 0..<size {
      var draft = EngineWorkload.draft(number)
      if number > 1 {
        draft.after = [drafts[number - 1], drafts[number / 2]].compactMap { $0.fields.name.map(TaskReference.name) }
      }
      drafts.append(draft)
    }
    let watch = Stopwatch()
    _ = try load.state.perform(
      .submit(Submission(tasks: drafts, by: load.provider)), at: load.now, entropy: &load.entropy)
    return watch.seconds
  }

  /// Mebibytes that so many waiting tasks take, everything included.
  static func memory(tasks: Int) throws(Rejection) -> Double {
    let before = residentBytes()
    var load = EngineWorkload()
    try load.fill(tasks)
    let after = residentBytes()
    withExtendedLifetime(load) {}
    return Double(after - before) / 1_048_576
  }

  /// Milliseconds of the longest command while a view is held and so many tasks change: on the clock, or of the
  /// processor. Where others share the processors, the clock shows their turns too.
  static func stallUnderView(tasks: Int, isProcessorTime: Bool) throws(Rejection) -> Double {
    var load = EngineWorkload()
    try load.fill(tasks)
    let worker = try load.worker("w", cores: 64, memory: 1 << 40)
    let view = load.state.view
    var longest = 0.0
    for _ in 0..<tasks {
      let start = isProcessorTime ? processorMilliseconds() : 0
      let watch = Stopwatch()
      try load.report(worker, try load.claim(worker, max: 1))
      longest = max(longest, isProcessorTime ? processorMilliseconds() - start : watch.microseconds / 1000)
    }
    withExtendedLifetime(view) {}
    return longest
  }

  /// What this thread has used of a processor.
  private static func processorMilliseconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
  }

  private static func residentBytes() -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    guard fgets(&line, 128, file) != nil else { return 0 }
    let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let fields = text.split(separator: " ")
    return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
  }
}
