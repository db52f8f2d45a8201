import BanyanWire

/// Quantities as people write them on the command line and in YAML.
enum Quantities {
  /// Milliseconds. A bare number is refused: seconds and minutes are confused too easily.
  /// - Parameter minimum: milliseconds; what is shorter makes no sense there.
  static func duration(_ text: String, of flag: String, atLeast minimum: Int64 = 0) throws -> Int64 {
    let span: Int64
    do {
      span = try clock(text) ?? TimeSpan.parse(text)
    } catch {
      throw UsageError("\(flag) '\(text)': \(error)")
    }
    guard span >= minimum else {
      throw UsageError("\(flag) '\(text)': give \(minimum / 1000)s or more")
    }
    return span
  }

  /// As clocks and batch systems show a span: `00:10:00`, `1-12:00:00`; nil: it is none of these.
  private static func clock(_ text: String) -> Int64? {
    let halves = text.split(separator: "-", omittingEmptySubsequences: false)
    let parts = (halves.last ?? "").split(separator: ":", omittingEmptySubsequences: false)
    let numbers = (halves.dropLast() + parts).compactMap { part in
      (1...9).contains(part.utf8.count) && part.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int64(part) : nil
    }
    guard halves.count <= 2, parts.count == 3, numbers.count == halves.count + 2 else { return nil }
    let (hours, minutes, seconds) = (numbers[numbers.count - 3], numbers[numbers.count - 2], numbers[numbers.count - 1])
    guard minutes < 60, seconds < 60 else { return nil }
    let days = halves.count == 2 ? numbers[0] : 0
    return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000
  }

  /// A size with a letter alone (`200M`, `8G`) is one in powers of 1024, as batch systems read it.
  static func fullSize(_ text: String) -> String {
    var head = text
    guard let letter = head.popLast(), "kKmMgGtT".contains(letter), let last = head.last, last.isNumber || last == " "
    else { return text }
    return head + letter.uppercased() + "iB"
  }

  /// Milliseconds, at least one: a time in which something is to be done.
  static func span(_ text: String, of flag: String) throws -> Int64 {
    let milliseconds = try duration(text, of: flag)
    guard milliseconds >= 1 else { throw UsageError("\(flag) '\(text)': give more than 0") }
    return milliseconds
  }

  /// A size such as 512MiB, in bytes.
  static func bytes(_ text: String, of flag: String) throws -> Int64 {
    do {
      return try ByteCount.parse(fullSize(text))
    } catch {
      throw UsageError("\(flag) '\(text)': \(error)")
    }
  }

  /// `NAME=COUNT` of a resource that a worker says it has.
  static func resource(_ text: String, of flag: String) throws -> (name: String, count: Int64) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, let count = Int64(parts[1]), count >= 1 else {
      throw UsageError("\(flag) '\(text)': give a name and a number of at least 1, as in license.solver=1")
    }
    return (String(parts[0]), count)
  }

  /// `KEY=VALUE`; the value may hold further equals signs, and be empty.
  static func pair(_ text: String, of flag: String) throws -> (key: String, value: String) {
    // By scalars: an equals sign stays one whatever combines with it.
    let scalars = text.unicodeScalars
    guard let mark = scalars.firstIndex(of: "="), mark != scalars.startIndex else {
      throw UsageError("\(flag) '\(text.prefix(40))': give NAME=VALUE")
    }
    return (String(scalars[..<mark]), String(scalars[scalars.index(after: mark)...]))
  }
}
