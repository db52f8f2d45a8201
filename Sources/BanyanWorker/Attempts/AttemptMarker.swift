import BanyanCore

/// The variables by which a process shows whose it is, whatever session it has moved to.
enum AttemptMarker {
  static let task = "BANYAN_TASK_ID"
  static let attempt = "BANYAN_ATTEMPT"

  /// The attempt that a process was started for, by its environment; nil where it says nothing or can't be read.
  static func attempt(of pid: Int32) -> AttemptKey? {
    guard let bytes = FileReading.bytes(of: "/proc/\(pid)/environ", limit: 4 << 20) else { return nil }
    return attempt(inEnvironment: bytes)
  }

  /// The same of the bytes of an environment.
  static func attempt(inEnvironment bytes: [UInt8]) -> AttemptKey? {
    var task: TaskID?
    var claimNumber: Int64?
    for entry in bytes.split(separator: 0) {
      if let value = value(of: Self.task, in: entry) { task = TaskID(value) }
      if let value = value(of: Self.attempt, in: entry) { claimNumber = Int64(value) }
      if task != nil, claimNumber != nil { break }
    }
    guard let task, let claimNumber else { return nil }
    return AttemptKey(task: task, claimNumber: claimNumber)
  }

  private static func value(of name: String, in entry: ArraySlice<UInt8>) -> String? {
    guard entry.starts(with: name.utf8), entry.dropFirst(name.utf8.count).first == UInt8(ascii: "=") else {
      return nil
    }
    return String(decoding: entry.dropFirst(name.utf8.count + 1), as: UTF8.self)
  }
}
