import BanyanJSON

/// The last line of a snapshot: without it the file was cut.
struct SnapshotTrailer: Hashable {
  var lines: Int
  var checksum: UInt32

  private var digits: String {
    let digits = String(checksum, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }

  func write(into buffer: inout [UInt8]) {
    JSONText.object(into: &buffer) { line in
      line.set("end", true)
      line.set("lines", lines)
      line.set("crc32c", digits)
    }
  }

  init(lines: Int, checksum: UInt32) {
    self.lines = lines
    self.checksum = checksum
  }

  init?(line: UnsafeRawBufferPointer) {
    guard let root = try? JSONDocument(parsing: line).root, root["end"]?.bool == true,
      let lines = root["lines"]?.integer.flatMap(Int.init(exactly:)), let digits = root["crc32c"]?.string,
      let checksum = UInt32(digits, radix: 16)
    else { return nil }
    self.init(lines: lines, checksum: checksum)
    // To the letter: `+1` and `ABCD` are numbers too, and not what was written.
    var written: [UInt8] = []
    write(into: &written)
    guard line.elementsEqual(written) else { return nil }
  }
}
