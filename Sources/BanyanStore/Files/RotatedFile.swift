/// A file of lines that grows at its end. When it has become long it is moved aside, in the place of the one before it, and
/// a new one begins: two files are all that there ever are.
///
/// It holds whole lines. One that a full disk or a crash cut short is removed before the next ones are written. What is
/// written is not synced, so that a crash of the machine may take the last of it back; the names are, and a file that is
/// moved aside.
///
/// It is opened for each write: who moves it away or removes it meanwhile finds a new one in its place.
public struct RotatedFile: Sendable {
  /// The path of the file that grows.
  public let path: String
  /// Where the one before it lies.
  public let pathBefore: String
  private let maxLength: Int
  private let files: any FileSystem

  /// The file `name.jsonl` in a folder that exists; the one before it is `name.1.jsonl`.
  /// - Parameters:
  ///   - folder: its path.
  ///   - name: without an end.
  ///   - maxLength: bytes from which on a new one begins.
  ///   - files: where it lies.
  public init(folder: String, name: String, maxLength: Int, files: any FileSystem = LocalFileSystem()) {
    path = "\(folder)/\(name).jsonl"
    pathBefore = "\(folder)/\(name).1.jsonl"
    self.maxLength = maxLength
    self.files = files
  }

  /// Adds lines, each with its end. Calls must not overlap.
  /// - Throws: why they could not be written: none of them is there then, unless it was the folder or the older file that
  ///   made the trouble.
  public func append(_ lines: [UInt8]) throws(FileError) {
    let file = try files.openForWriting(path)
    let end = try cutTornLine(of: file)
    do throws(FileError) {
      try lines.withUnsafeBytesThrowing { bytes throws(FileError) in try file.write(bytes, at: end) }
    } catch {
      // Should a part of them stay, it is cut off before the next ones.
      do throws(FileError) { try file.truncate(to: end) } catch {}
      throw error
    }
    let folder = files.folder(of: path)
    if end == 0 {
      // The file may be new.
      try file.sync()
      try files.syncFolder(folder)
    }
    guard end + lines.count >= maxLength else { return }
    try file.sync()
    try files.rename(path, to: pathBefore)
    try files.syncFolder(folder)
  }

  /// Where the whole lines end.
  private func cutTornLine(of file: any OpenFile) throws(FileError) -> Int {
    let size = try file.size()
    guard size > 0 else { return 0 }
    let reader = try files.openForReading(path)
    var end = size
    var length = 1
    while end > 0 {
      let start = max(0, end - length)
      var bytes = [UInt8](repeating: 0, count: end - start)
      let result = bytes.withUnsafeMutableBytes { buffer in
        Result { () throws(FileError) in try reader.read(into: buffer, at: start) }
      }
      let count = try result.get()
      if let last = bytes.prefix(count).lastIndex(of: UInt8(ascii: "\n")) {
        end = start + last + 1
        break
      }
      end = start
      // The first look is at the last byte, which is the end of a line as a rule.
      length = 64 << 10
    }
    if end < size { try file.truncate(to: end) }
    return end
  }
}
