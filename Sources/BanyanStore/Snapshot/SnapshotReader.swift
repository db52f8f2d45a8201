/// Reads a snapshot in blocks of whole lines.
public final class SnapshotReader {
  private static let blockSize = 1 << 20
  /// No record is longer: what a request may hold is far below.
  private static let maxLineLength = 256 << 20

  /// The file as it was found.
  public let description: SnapshotDescription
  /// What the first line says of the snapshot.
  public var header: SnapshotHeader { description.header }

  private let path: String
  private let file: any OpenFile
  /// Where the file goes on behind what was handed out.
  private var offset = 0
  private var checksum = CRC32C()

  /// Opens a snapshot and reads its header.
  public init(_ path: String, files: any FileSystem = LocalFileSystem()) throws(StoreError) {
    self.path = path
    let (file, size) = try StoreError.wrapping { () throws(FileError) in
      let file = try files.openForReading(path)
      return (file, try file.size())
    }
    self.file = file
    // The properties must all be there before a method may be called.
    description = SnapshotDescription(
      path: path, header: try Self.firstLine(of: file, path: path), size: size)
  }

  /// The header, read on its own.
  private static func firstLine(of file: any OpenFile, path: String) throws(StoreError) -> SnapshotHeader {
    var length = 1 << 16
    while true {
      let bytes = try file.bytes(at: 0, count: length)
      if let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
        var header: Result<SnapshotHeader, StoreError>?
        bytes[..<end].withUnsafeBytes { line in
          header = Result { () throws(StoreError) in try SnapshotHeader(line: line, path: path) }
        }
        if let header { return try header.get() }
      }
      guard bytes.count == length, length < maxLineLength else {
        throw StoreError(.damaged, "\(path) has no whole first line (byte 0)")
      }
      length *= 4
    }
  }

  /// Calls `body` with the records' lines, block by block, and then checks the trailer. May be called once.
  public func read(_ body: (SnapshotBlock) throws(StoreError) -> Void) throws(StoreError) {
    var lines = -1  // the header is none
    while true {
      var (bytes, isLast) = try nextLines()
      var trailer: SnapshotTrailer?
      if isLast {
        let start = (bytes.dropLast().lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
        trailer = bytes[start..<bytes.count - 1].withUnsafeBytes { SnapshotTrailer(line: $0) }
        bytes.removeSubrange(start...)
      }
      bytes.withUnsafeBytes { checksum.add($0) }
      let block = SnapshotBlock(bytes: bytes, isFirst: lines < 0, firstLine: max(lines, 0) + 2)
      lines += bytes.withUnsafeBytes { SnapshotBlock.count(of: UInt8(ascii: "\n"), in: $0) }
      if isLast { try check(trailer, lines: lines) }
      try body(block)
      if isLast { return }
    }
  }

  private func check(_ trailer: SnapshotTrailer?, lines: Int) throws(StoreError) {
    guard let trailer else {
      throw StoreError(.damaged, "\(path) is damaged or cut: its last line is no trailer (byte \(description.size))")
    }
    guard trailer.lines == lines else {
      throw StoreError(.damaged, "\(path) is damaged: it has \(lines) records, its last line says \(trailer.lines)")
    }
    guard trailer.checksum == checksum.value else {
      throw StoreError(.damaged, "\(path) is damaged: its checksum is wrong")
    }
  }

  /// As many whole lines as a block holds, at least one; and whether they are the file's last.
  private func nextLines() throws(StoreError) -> (bytes: [UInt8], isLast: Bool) {
    var length = Self.blockSize
    while true {
      var bytes = try file.bytes(at: offset, count: length)
      let isLast = offset + bytes.count >= description.size
      guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")), !isLast || end == bytes.count - 1 else {
        guard !isLast else {
          throw StoreError(.damaged, "\(path) is cut: its last line has no end (byte \(description.size))")
        }
        guard length < Self.maxLineLength else {
          throw StoreError(.damaged, "\(path) is damaged: a line is longer than \(Self.maxLineLength) bytes")
        }
        length *= 2
        continue
      }
      bytes.removeSubrange((end + 1)...)
      offset += bytes.count
      return (bytes, isLast)
    }
  }
}

extension OpenFile {
  /// What lies there, as much as there is.
  func bytes(at offset: Int, count: Int) throws(StoreError) -> [UInt8] {
    var failure: FileError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      do throws(FileError) {
        filled = try read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
      } catch {
        failure = error
      }
    }
    if let failure { throw StoreError(failure) }
    return bytes
  }
}
