#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Reads a snapshot line by line, through one buffer that grows to the longest line.
public final class SnapshotReader {
  private static let chunk = 1 << 20
  /// No record is longer: what a request may hold is far below.
  private static let longestLine = 256 << 20

  /// The file as it was found.
  public let description: SnapshotDescription
  /// The first line.
  public var header: SnapshotHeader { description.header }

  private let path: String
  private let file: any OpenFile
  private var buffer: [UInt8] = []
  /// The part of the buffer that holds bytes not handed out yet.
  private var unread = 0..<0
  /// Where the file goes on behind the buffer.
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
      var bytes = [UInt8](repeating: 0, count: length)
      var read: Result<Int, FileError> = .success(0)
      bytes.withUnsafeMutableBytes { buffer in
        read = Result { () throws(FileError) in try file.read(into: buffer, at: 0) }
      }
      let count = try StoreError.wrapping { () throws(FileError) in try read.get() }
      if let end = bytes.prefix(count).firstIndex(of: UInt8(ascii: "\n")) {
        var header: Result<SnapshotHeader, StoreError>?
        bytes[..<end].withUnsafeBytes { line in
          header = Result { () throws(StoreError) in try SnapshotHeader(line: line, path: path) }
        }
        if let header { return try header.get() }
      }
      guard count == length, length < longestLine else {
        throw StoreError(.damaged, "\(path) has no whole first line (byte 0)")
      }
      length *= 4
    }
  }

  /// Calls `body` with each record's line, without its end, and then checks the trailer. May be called once.
  public func read(_ body: (UnsafeRawBufferPointer) throws(StoreError) -> Void) throws(StoreError) {
    var lines = -1  // the header is none
    while let line = try nextLine() {
      var failure: StoreError?
      var trailer: SnapshotTrailer?
      let sum = checksum.value
      buffer[line].withUnsafeBytes { bytes in
        do throws(StoreError) {
          if lines < 0 { return }
          if SnapshotTrailer.begins(bytes) {
            trailer = SnapshotTrailer(line: bytes)
            if trailer == nil { throw StoreError(.damaged, "\(path) is damaged: line \(lines + 2) is no record") }
          } else {
            try body(bytes)
          }
        } catch {
          failure = error
        }
      }
      if let failure { throw failure }
      if let trailer {
        try check(trailer, lines: lines, checksum: sum)
        return
      }
      lines += 1
      buffer[line.lowerBound...line.upperBound].withUnsafeBytes { checksum.add($0) }
    }
    throw StoreError(.damaged, "\(path) is cut: its last line is missing (byte \(description.size))")
  }

  private func check(_ trailer: SnapshotTrailer, lines: Int, checksum: UInt32) throws(StoreError) {
    guard trailer.lines == lines else {
      throw StoreError(.damaged, "\(path) is damaged: it has \(lines) records, its last line says \(trailer.lines)")
    }
    guard trailer.checksum == checksum else {
      throw StoreError(.damaged, "\(path) is damaged: its checksum is wrong")
    }
    guard unread.isEmpty, offset == description.size else {
      throw StoreError(.damaged, "\(path) is damaged: something follows its last line")
    }
  }

  /// The next line's place in the buffer, its end not counted; nil at the end of the file.
  private func nextLine() throws(StoreError) -> Range<Int>? {
    var searched = unread.lowerBound
    while true {
      if let end = newline(in: searched..<unread.upperBound) {
        let line = unread.lowerBound..<end
        unread = end + 1..<unread.upperBound
        return line
      }
      searched = unread.count
      guard try fill() else { return nil }
    }
  }

  private func newline(in range: Range<Int>) -> Int? {
    buffer.withUnsafeBytes { bytes in
      guard !range.isEmpty, let start = bytes.baseAddress,
        let found = memchr(start + range.lowerBound, Int32(UInt8(ascii: "\n")), range.count)
      else { return nil }
      return UnsafeRawPointer(found) - start
    }
  }

  /// Moves what is unread to the front and reads more behind it; false at the end of the file.
  private func fill() throws(StoreError) -> Bool {
    let kept = unread.count
    guard kept < Self.longestLine else {
      throw StoreError(.damaged, "\(path) is damaged: a line is longer than \(Self.longestLine) bytes")
    }
    let capacity = max(Self.chunk, kept * 2)
    var read: Result<Int, FileError> = .success(0)
    if buffer.count < capacity {
      buffer = Array(buffer[unread]) + [UInt8](repeating: 0, count: capacity - kept)
    } else {
      buffer.withUnsafeMutableBytes { bytes in
        bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[unread]))
      }
    }
    buffer.withUnsafeMutableBytes { bytes in
      read = Result { () throws(FileError) in
        try file.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[kept...]), at: offset)
      }
    }
    let count = try StoreError.wrapping { () throws(FileError) in try read.get() }
    offset += count
    unread = 0..<kept + count
    return count > 0
  }
}
