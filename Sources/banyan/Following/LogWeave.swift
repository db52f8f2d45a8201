import BanyanWire

/// Puts the two streams of an attempt together again, in the order in which they went on.
///
/// The index names, for each time that a stream went on, the time and the place; what came up to the next place of the
/// same stream came then. Bytes for which there is no place are shown behind those for which there is one.
struct LogWeave {
  let showsTimes: Bool
  private var marks: [Mark] = []
  private var streams = [Stream(), Stream()]
  /// Behind a line's end, for each stream.
  private var isAtStart = [true, true]

  private struct Mark {
    var time: Int64
    var stream: Int
    var offset: Int
  }

  private struct Stream {
    var bytes: [UInt8] = []
    /// Of the first of the bytes; what was before has been shown.
    var start = 0
    var end: Int { start + bytes.count }
  }

  init(showsTimes: Bool) { self.showsTimes = showsTimes }

  /// How far each stream is known.
  var stdoutEnd: Int { streams[0].end }
  var stderrEnd: Int { streams[1].end }

  /// What comes before an offset can't be had. All that was added is to be taken before.
  mutating func skip(_ stream: Int, to offset: Int) {
    guard streams[stream].bytes.isEmpty, offset > streams[stream].start else { return }
    streams[stream].start = offset
  }

  mutating func add(stdout bytes: [UInt8]) { streams[0].bytes += bytes }
  mutating func add(stderr bytes: [UInt8]) { streams[1].bytes += bytes }

  /// Whole lines of the index; the one that names its format is passed over, as is any that can't be read.
  mutating func add(index: ArraySlice<UInt8>) {
    for line in index.split(separator: UInt8(ascii: "\n")) {
      let fields = String(decoding: line, as: UTF8.self).split(separator: " ")
      guard fields.count == 3, fields[1] == "o" || fields[1] == "e", let time = Int64(fields[0]),
        let offset = Int(fields[2]), offset >= 0
      else { continue }
      marks.append(Mark(time: time, stream: fields[1] == "e" ? 1 : 0, offset: offset))
    }
  }

  /// All that has come and has not been taken.
  mutating func take() -> [UInt8] {
    var shown: [UInt8] = []
    for (place, mark) in marks.enumerated() {
      let next = marks[(place + 1)...].first { $0.stream == mark.stream }
      show(mark.stream, upTo: next?.offset ?? streams[mark.stream].end, mark.time, into: &shown)
    }
    for stream in 0..<2 { show(stream, upTo: streams[stream].end, marks.last?.time, into: &shown) }
    // The newest mark of each stream covers what is still to come.
    marks = [0, 1].compactMap { stream in marks.last { $0.stream == stream } }.sorted { $0.time < $1.time }
    return shown
  }

  private mutating func show(_ stream: Int, upTo end: Int, _ time: Int64?, into shown: inout [UInt8]) {
    let count = min(max(0, end - streams[stream].start), streams[stream].bytes.count)
    guard count > 0 else { return }
    let bytes = streams[stream].bytes.prefix(count)
    if showsTimes {
      let word = Array("\(time.map(WireDate.text) ?? "-") ".utf8)
      for byte in bytes {
        if isAtStart[stream] { shown += word }
        shown.append(byte)
        isAtStart[stream] = byte == UInt8(ascii: "\n")
      }
    } else {
      shown += bytes
    }
    streams[stream].bytes.removeFirst(count)
    streams[stream].start += count
  }
}
