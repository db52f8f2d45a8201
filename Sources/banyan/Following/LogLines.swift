/// How what a task printed is shown: as it is, or line by line with something in front. Lines of two streams are never
/// mixed: each is shown when it is whole, or when nothing more comes.
struct LogLines {
  /// A line that is longer is shown in parts: it would fill the memory.
  private static let maxLine = 1 << 20

  private let prefix: [UInt8]
  private let showsTimes: Bool
  /// Of each stream what has come of a line, and when its first byte did.
  private var open: [(bytes: [UInt8], time: Int64?)] = [([], nil), ([], nil)]

  /// - Parameters:
  ///   - prefix: stands before each line.
  ///   - showsTimes: so does the time at which it began, in the reader's zone.
  init(prefix: String = "", showsTimes: Bool = false) {
    self.prefix = Array(prefix.utf8)
    self.showsTimes = showsTimes
  }

  private var isPlain: Bool { prefix.isEmpty && !showsTimes }

  /// The next bytes as they are to be printed.
  mutating func add(_ segment: LogWeave.Segment) -> [UInt8] {
    if isPlain { return Array(segment.bytes) }
    var shown: [UInt8] = []
    var rest = segment.bytes
    while !rest.isEmpty {
      if open[segment.stream].bytes.isEmpty { open[segment.stream].time = segment.time }
      guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else {
        open[segment.stream].bytes += rest
        if open[segment.stream].bytes.count >= Self.maxLine { shown += close(segment.stream) }
        break
      }
      open[segment.stream].bytes += rest[...end]
      shown += close(segment.stream)
      rest = rest[(end + 1)...]
    }
    return shown
  }

  /// What has no end of its own gets one.
  mutating func end() -> [UInt8] { [0, 1].flatMap { open[$0].bytes.isEmpty ? [] : close($0) } }

  private mutating func close(_ stream: Int) -> [UInt8] {
    let (bytes, time) = open[stream]
    open[stream] = ([], nil)
    let word = showsTimes ? "\(time.map(LocalTime.text) ?? "-") " : ""
    let end: [UInt8] = bytes.last == UInt8(ascii: "\n") ? [] : [UInt8(ascii: "\n")]
    return prefix + Array(word.utf8) + bytes + end
  }
}
