/// Puts the two streams of an attempt together again, in the order in which they went on.
///
/// The index names, for each time that a stream went on, the time and the place; what came up to the next place of the
/// same stream came then. Bytes for which there is no place are shown behind those for which there is one. Streams are
/// added piece by piece, as much of them as fits into memory.
struct LogWeave {
  /// Bytes of one stream that came together.
  struct Segment: Equatable {
    /// 0: standard output, 1: standard error.
    var stream: Int
    /// When, in milliseconds since 1970; nil: nobody knows.
    var time: Int64?
    var bytes: ArraySlice<UInt8>
  }

  private var marks: [Mark] = []
  private var streams = [Stream(), Stream()]

  private struct Mark {
    var time: Int64
    var stream: Int
    var offset: Int
  }

  private struct Stream {
    var bytes: [UInt8] = []
    /// So many of the bytes have been taken.
    var taken = 0
    /// Of the first of the bytes in the whole stream.
    var base = 0
    var start: Int { base + taken }
    var end: Int { base + bytes.count }
  }

  /// How far a stream is known.
  func end(of stream: Int) -> Int { streams[stream].end }

  /// Whether bytes of it are still to be taken.
  func holds(_ stream: Int) -> Bool { streams[stream].start < streams[stream].end }

  /// What comes before an offset can't be had, or isn't wanted. All that was added is to be taken before.
  mutating func skip(_ stream: Int, to offset: Int) {
    guard !holds(stream), offset > streams[stream].start else { return }
    streams[stream] = Stream(base: offset)
  }

  mutating func add(_ bytes: [UInt8], to stream: Int) {
    if streams[stream].taken > 0 {
      streams[stream].bytes.removeFirst(streams[stream].taken)
      streams[stream].base += streams[stream].taken
      streams[stream].taken = 0
    }
    streams[stream].bytes += bytes
  }

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

  /// What has come and has not been taken, as far as the order is known.
  /// - Parameter isWhole: whether all of a stream was added that is wanted now. Where it was not, what comes behind the
  ///   bytes that are missing stays.
  /// - Returns: also the stream whose next bytes have to be added first; nil: none.
  mutating func take(isWhole: [Bool] = [true, true]) -> (segments: [Segment], lacking: Int?) {
    var segments: [Segment] = []
    for (place, mark) in marks.enumerated() {
      let next = marks[(place + 1)...].first { $0.stream == mark.stream }?.offset
      take(mark.stream, upTo: next ?? streams[mark.stream].end, mark.time, &segments)
      if !isWhole[mark.stream], next.map({ streams[mark.stream].start < $0 }) ?? true {
        marks.removeFirst(place)
        return (segments, mark.stream)
      }
    }
    for stream in 0..<2 { take(stream, upTo: streams[stream].end, marks.last?.time, &segments) }
    // The newest mark of each stream covers what is still to come.
    marks = [0, 1].compactMap { stream in marks.last { $0.stream == stream } }.sorted { $0.time < $1.time }
    return (segments, isWhole.firstIndex(of: false))
  }

  private mutating func take(_ stream: Int, upTo end: Int, _ time: Int64?, _ segments: inout [Segment]) {
    let one = streams[stream]
    let count = min(end, one.end) - one.start
    guard count > 0 else { return }
    segments.append(
      Segment(stream: stream, time: time, bytes: one.bytes[one.taken..<one.taken + count]))
    streams[stream].taken += count
  }
}
