import BanyanCore

/// The ends of logs on the server's disk, so that they outlive the workers that hold the whole ones.
///
/// They lie in segments `tails-N.log` of a folder of their own, one record behind the other. There are so many segments
/// at most; the oldest goes as a whole. Nothing is synced: they are a help for people, not a promise, and a crash of the
/// server alone loses none.
public struct TailStore {
  /// Bytes of a segment, about.
  public static let usualSegment = 16 << 20
  /// Records of a segment: what is remembered of each takes memory.
  static let maxRecords = 32_768

  private let files: any FileSystem
  private let folder: String
  private let maxSegments: Int
  private let segmentLength: Int
  /// By a hash of the name, 16 bytes each: the record itself says whether it is the one that is meant.
  private var places: [UInt64: Place] = [:]
  /// In the order of their numbers.
  private var segments: [Segment] = []
  private var current: (any OpenFile)?

  private struct Segment {
    var number: UInt32
    var length = 0
    var records = 0
  }

  private struct Place {
    var segment: UInt32
    var offset: UInt32
  }

  /// A store in a folder, which is made if need be. What is there already is known after ``load()``.
  /// - Parameters:
  ///   - folder: its path.
  ///   - capacity: bytes that all segments have together, about.
  ///   - segmentLength: bytes of a segment, about.
  ///   - files: where it lies.
  public init(
    folder: String, capacity: Int, segmentLength: Int = TailStore.usualSegment,
    files: any FileSystem = LocalFileSystem()
  ) {
    self.folder = folder
    self.segmentLength = max(1, min(segmentLength, Int(UInt32.max) / 2))
    maxSegments = max(1, capacity / self.segmentLength)
    self.files = files
  }

  /// Goes through the segments that are there. One that ends in the middle of a record is known up to there.
  public mutating func load() throws(FileError) {
    try files.makeFolder(folder)
    let numbers = try files.list(folder).compactMap(Self.number(ofSegment:)).sorted()
    for number in numbers {
      let file = try files.openForReading(path(of: number))
      segments.append(Segment(number: number, length: try file.size()))
      try load(file, number)
    }
    try trim(to: maxSegments)
  }

  private mutating func load(_ file: any OpenFile, _ number: UInt32) throws(FileError) {
    let size = try file.size()
    var header = [UInt8](repeating: 0, count: TailRecord.headerLength)
    var offset = 0
    while offset + header.count <= size {
      guard try Self.fill(&header, from: file, at: offset) else { return }
      guard let record = header.withUnsafeBytes({ TailRecord($0) }) else { return }
      guard offset + header.count + record.length <= size else { return }
      places[Self.hash(record.name)] = Place(segment: number, offset: UInt32(clamping: offset))
      offset += header.count + record.length
    }
  }

  /// Keeps a tail, in the place of an earlier one of the same stream.
  public mutating func keep(_ tail: Tail) throws(FileError) {
    let record = TailRecord.encode(tail)
    guard record.count <= TailRecord.headerLength + TailRecord.maxBytes else { return }
    if current == nil || isFull(for: record.count) { try begin() }
    guard let file = current, let last = segments.last else { return }
    do throws(FileError) {
      try Self.write(record, to: file, at: last.length)
    } catch {
      // What is written of it is no record, so nothing may follow it here.
      current = nil
      throw error
    }
    segments[segments.count - 1].length += record.count
    segments[segments.count - 1].records += 1
    places[Self.hash(tail.name)] = Place(segment: last.number, offset: UInt32(clamping: last.length))
  }

  /// The tail of a stream; nil: none is kept, or no longer.
  public func tail(_ name: Tail.Name) throws(FileError) -> Tail? {
    guard let place = places[Self.hash(name)] else { return nil }
    let file = try files.openForReading(path(of: place.segment))
    var header = [UInt8](repeating: 0, count: TailRecord.headerLength)
    guard try Self.fill(&header, from: file, at: Int(place.offset)),
      let record = header.withUnsafeBytes({ TailRecord($0) }), record.name == name
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: record.length)
    guard try Self.fill(&bytes, from: file, at: Int(place.offset) + header.count) else { return nil }
    var checksum = CRC32C()
    header.withUnsafeBytes { checksum.add(UnsafeRawBufferPointer(rebasing: $0[8...])) }
    bytes.withUnsafeBytes { checksum.add($0) }
    guard checksum.value == record.checksum else { return nil }
    return Tail(name: name, bytes: bytes, size: record.size)
  }

  // MARK: Segments

  private func isFull(for length: Int) -> Bool {
    guard let last = segments.last else { return true }
    return last.length + length > segmentLength || last.records >= Self.maxRecords
  }

  private mutating func begin() throws(FileError) {
    try trim(to: maxSegments - 1)
    let number = (segments.last?.number ?? 0) + 1
    current = try files.create(path(of: number))
    segments.append(Segment(number: number))
  }

  private mutating func trim(to count: Int) throws(FileError) {
    while segments.count > count, let oldest = segments.first {
      try files.remove(path(of: oldest.number))
      segments.removeFirst()
      places = places.filter { $0.value.segment != oldest.number }
    }
  }

  private func path(of number: UInt32) -> String { "\(folder)/tails-\(number).log" }

  private static func number(ofSegment name: String) -> UInt32? {
    guard name.hasPrefix("tails-"), name.hasSuffix(".log") else { return nil }
    return UInt32(name.dropFirst(6).dropLast(4))
  }

  private static func hash(_ name: Tail.Name) -> UInt64 {
    var hasher = Hasher()
    hasher.combine(name)
    return UInt64(bitPattern: Int64(hasher.finalize()))
  }

  private static func write(_ bytes: [UInt8], to file: any OpenFile, at offset: Int) throws(FileError) {
    let result = bytes.withUnsafeBytes { bytes in
      Result { () throws(FileError) in try file.write(bytes, at: offset) }
    }
    try result.get()
  }

  /// False where the file ends before.
  private static func fill(_ bytes: inout [UInt8], from file: any OpenFile, at offset: Int) throws(FileError) -> Bool {
    let count = bytes.count
    let result = bytes.withUnsafeMutableBytes { bytes in
      Result { () throws(FileError) in try file.read(into: bytes, at: offset) }
    }
    return try result.get() == count
  }
}
