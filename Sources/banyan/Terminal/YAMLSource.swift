import Yams

/// The text of a YAML file, beside what a parser made of it: what the parser drops without a word is found here.
struct YAMLSource {
  /// What YAML's own rules would take from a text.
  enum Loss: Hashable {
    /// A `!` in front: a tag, which would be dropped.
    case tag
    /// A blank and `#`: the rest of the line would be a comment.
    case comment
    /// A line's end behind a backslash, which would become a blank.
    case fold
  }

  private let bytes: [UInt8]
  /// Where each line begins.
  private let starts: [Int]

  init(_ text: String) {
    var bytes = Array(text.utf8)
    // A byte order mark is no part of the first line.
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    var starts = [0]
    var place = 0
    while place < bytes.count {
      let length = Self.lengthOfBreak(bytes, place)
      place += max(1, length)
      if length > 0 { starts.append(place) }
    }
    self.bytes = bytes
    self.starts = starts
  }

  /// A tag in front of a node; the parser tells of no lone `!`.
  func tag(of node: Node) -> TextPlace? {
    guard let mark = node.mark else { return nil }
    let head = head(at: mark)
    return head.tag.map(place)
  }

  /// What would be lost of a text that stands for a command.
  func loss(of scalar: Node.Scalar) -> (loss: Loss, place: TextPlace)? {
    guard let mark = scalar.mark else { return nil }
    let head = head(at: mark)
    if let tag = head.tag { return (.tag, place(tag)) }
    let value = Array(scalar.string.utf8)
    switch scalar.style {
    case .plain:
      let walk = walk(value, from: head.end, isQuoted: false)
      if let fold = walk.fold { return (.fold, place(fold)) }
      guard let end = walk.end else { return nil }
      let mark = blanks(from: end)
      guard mark > end, mark < bytes.count, bytes[mark] == UInt8(ascii: "#") else { return nil }
      return (.comment, place(mark))
    case .singleQuoted:
      return walk(value, from: head.end + 1, isQuoted: true).fold.map { (.fold, place($0)) }
    case .folded:
      let line = bytes[min(head.end, bytes.count)...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? bytes.count
      return walk(value, from: line, isQuoted: false).fold.map { (.fold, place($0)) }
    default: return nil
    }
  }

  /// The first line, up to one and not before another, that begins with a tab.
  func tabbedLine(from first: Int, through last: Int) -> TextPlace? {
    for line in max(1, first)...max(1, first, last) where line <= starts.count {
      var place = starts[line - 1]
      while place < bytes.count, bytes[place] == UInt8(ascii: " ") { place += 1 }
      if place < bytes.count, bytes[place] == UInt8(ascii: "\t") { return self.place(place) }
    }
    return nil
  }

  /// A line without its end.
  func line(_ number: Int) -> String {
    guard number >= 1, number <= starts.count else { return "" }
    let end = number < starts.count ? starts[number] : bytes.count
    return String(decoding: bytes[starts[number - 1]..<end], as: UTF8.self)
  }

  /// The first character that YAML has no place for.
  var forbidden: (place: TextPlace, code: UInt32)? {
    var offset = 0
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      switch scalar.value {
      case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF:
        offset += UTF8.width(scalar)
      default: return (place(offset), scalar.value)
      }
    }
    return nil
  }

  // MARK: Walking

  /// Where a node's own text begins, behind a tag and an anchor.
  private func head(at mark: Mark) -> (end: Int, tag: Int?) {
    var place = offset(of: mark)
    var tag: Int?
    while place < bytes.count, bytes[place] == UInt8(ascii: "!") || bytes[place] == UInt8(ascii: "&") {
      if bytes[place] == UInt8(ascii: "!") { tag = tag ?? place }
      while place < bytes.count, !Self.isWhite(bytes[place]) { place += 1 }
      while place < bytes.count, Self.isWhite(bytes[place]) { place += 1 }
    }
    return (place, tag)
  }

  /// Goes along a text and what it was read from. Whatever blanks and ends of lines stand on one side stand for those on
  /// the other.
  /// - Returns: where it ends, if both agree; and a backslash whose end of line was made a blank.
  private func walk(_ value: [UInt8], from start: Int, isQuoted: Bool) -> (end: Int?, fold: Int?) {
    var place = start
    var read = 0
    // The first line of a folded block may be indented.
    if read < value.count, !Self.isWhite(value[read]) {
      while place < bytes.count, Self.isWhite(bytes[place]) { place += 1 }
    }
    while read < value.count {
      guard Self.isWhite(value[read]) else {
        guard place < bytes.count, bytes[place] == value[read] else { return (nil, nil) }
        if isQuoted, bytes[place] == UInt8(ascii: "'") { place += 1 }
        place += 1
        read += 1
        continue
      }
      let before = place
      var isBroken = false
      while place < bytes.count, Self.isWhite(bytes[place]) {
        isBroken = isBroken || bytes[place] == 0x0A || bytes[place] == 0x0D
        place += 1
      }
      guard place > before || place == bytes.count else { return (nil, nil) }
      var keepsBreak = false
      while read < value.count, Self.isWhite(value[read]) {
        keepsBreak = keepsBreak || value[read] == 0x0A
        read += 1
      }
      if isBroken, !keepsBreak, before > start, bytes[before - 1] == UInt8(ascii: "\\") { return (nil, before - 1) }
    }
    return (place, nil)
  }

  private func blanks(from start: Int) -> Int {
    var place = start
    while place < bytes.count, bytes[place] == 0x20 || bytes[place] == 0x09 { place += 1 }
    return place
  }

  private func offset(of mark: Mark) -> Int {
    guard mark.line >= 1, mark.line <= starts.count else { return bytes.count }
    var place = starts[mark.line - 1]
    var left = mark.column - 1
    while left > 0, place < bytes.count {
      place += 1
      while place < bytes.count, bytes[place] & 0xC0 == 0x80 { place += 1 }
      left -= 1
    }
    return place
  }

  private func place(_ offset: Int) -> TextPlace {
    let line = starts.lastIndex { $0 <= offset } ?? 0
    let column = bytes[starts[line]..<max(starts[line], min(offset, bytes.count))].count { $0 & 0xC0 != 0x80 }
    return TextPlace(line: line + 1, column: column + 1)
  }

  private static func isWhite(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

  /// How many bytes the end of a line has that stands there; 0: none does. As the parser counts lines.
  private static func lengthOfBreak(_ bytes: [UInt8], _ place: Int) -> Int {
    func has(_ sequence: [UInt8]) -> Bool { bytes[place...].starts(with: sequence) }
    switch bytes[place] {
    case 0x0A: return 1
    case 0x0D: return has([0x0D, 0x0A]) ? 2 : 1
    case 0xC2: return has([0xC2, 0x85]) ? 2 : 0
    case 0xE2: return has([0xE2, 0x80, 0xA8]) || has([0xE2, 0x80, 0xA9]) ? 3 : 0
    default: return 0
    }
  }
}
