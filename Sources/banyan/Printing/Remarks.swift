import BanyanWire

/// What a person should know of the figures of a task or a job.
enum Remarks {
  /// Whether more memory was used than asked for, in words; nil: it was not.
  static func memory(asked: Int64?, used: Int64?) -> String? {
    guard let asked, let used, asked > 0, used > asked else { return nil }
    return "asked for \(ByteCount.text(asked)), used \(ByteCount.text(used)): ask for more, or others run out of memory"
  }
}
