/// Writes a snapshot line by line through one buffer, paced. Confined to one thread.
public final class SnapshotWriter {
  private static let bufferSize = 1 << 20

  private let header: SnapshotHeader
  private let file: any OpenFile
  private let path: String
  private let pace: Pace
  private let start: UInt64
  private var buffer: [UInt8] = []
  private var checksum = CRC32C()
  private var lines = 0
  private var written = 0
  private var synced = 0

  /// - Parameter path: the name that the file will have.
  init(_ header: SnapshotHeader, file: any OpenFile, path: String, pace: Pace) {
    self.header = header
    self.file = file
    self.path = path
    self.pace = pace
    start = pace.now()
    buffer.reserveCapacity(Self.bufferSize + Self.bufferSize / 4)
    header.write(into: &buffer)
    buffer.append(UInt8(ascii: "\n"))
  }

  /// Adds a record: `write` appends its line, without its end, to the buffer that it is given.
  public func add(_ write: (inout [UInt8]) -> Void) throws(StoreError) {
    write(&buffer)
    buffer.append(UInt8(ascii: "\n"))
    lines += 1
    if buffer.count >= Self.bufferSize { try flush() }
  }

  /// Writes the trailer (how many lines there are, and their checksum) and what is still buffered.
  func finish() throws(StoreError) -> SnapshotDescription {
    try flush()
    SnapshotTrailer(lines: lines, checksum: checksum.value).write(into: &buffer)
    buffer.append(UInt8(ascii: "\n"))
    try flush()
    return SnapshotDescription(path: path, header: header, size: written)
  }

  private func flush() throws(StoreError) {
    buffer.withUnsafeBytes { checksum.add($0) }
    try StoreError.wrapping { () throws(FileError) in
      try buffer.withUnsafeBytesThrowing { bytes throws(FileError) in try file.write(bytes, at: written) }
      written += buffer.count
      if written - synced >= pace.syncEvery {
        try file.sync()
        synced = written
      }
    }
    buffer.removeAll(keepingCapacity: true)
    let delay = pace.delay(after: written, since: start)
    if delay > 0 { pace.wait(delay) }
  }
}
