/// Why a text is no quantity, and what would be right.
public struct QuantityError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong with the text, and how one is written; a part of a sentence, without a full stop.
  public var description: String

  init(_ description: String) { self.description = description }
}

/// Numbers of bytes as people write them: `1 GiB`, `1.5GB`, `4096`.
public enum ByteCount {
  /// The largest number of bytes that any field takes: 2^53, which every JSON reader keeps exact.
  public static let maxBytes: Int64 = 1 << 53

  /// By name, exactly as they are spelled: powers of 1000, then of 1024.
  public static let units: [(name: String, bytes: Int64)] = [
    ("B", 1), ("kB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
    ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40),
  ]

  static let remedy = "write a number and one of B, kB, MB, GB, TB, KiB, MiB, GiB, TiB, as in 1.5 GiB"

  /// Reads a number (digits, perhaps a point and more digits), perhaps one blank, and a unit; without a unit they
  /// are bytes. It must come to whole bytes, at most ``maxBytes``.
  public static func parse(_ text: String) throws(QuantityError) -> Int64 {
    let (number, unit) = try Decimal.split(text, remedy: remedy)
    guard unit.isEmpty || units.contains(where: { $0.name == unit }) else {
      let meant = Spelling.suggestion(for: unit, among: units.map(\.name))
      throw QuantityError("\"\(unit)\" is no unit of bytes\(meant.isEmpty ? "" : meant); \(remedy)")
    }
    let bytes = units.first { $0.name == unit }?.bytes ?? 1
    switch number.times(bytes) {
    case .whole(let count) where count <= maxBytes: return count
    case .whole, .tooLarge: throw QuantityError("too large; at most \(maxBytes) bytes (8 PiB) can be given")
    case .fraction: throw QuantityError("not a whole number of bytes; \(remedy)")
    }
  }

  /// In binary units, with at most two digits behind the point: `1.5 GiB`, `128 MiB`, `1000 B`.
  public static func text(_ bytes: Int64) -> String {
    guard bytes >= 1024, let unit = units.suffix(4).last(where: { bytes >= $0.bytes }) else { return "\(bytes) B" }
    let whole = bytes / unit.bytes
    // Hundredths, rounded half up; the rest is less than 2^40, so times 100 fits.
    let hundredths = (bytes % unit.bytes * 100 + unit.bytes / 2) / unit.bytes
    if hundredths == 100 { return "\(whole + 1) \(unit.name)" }
    if hundredths == 0 { return "\(whole) \(unit.name)" }
    let digits = hundredths % 10 == 0 ? "\(hundredths / 10)" : (hundredths < 10 ? "0" : "") + "\(hundredths)"
    return "\(whole).\(digits) \(unit.name)"
  }
}

/// Lengths of time as people write them: `90s`, `10m`, `1h30m`, `2 d`, `250ms`.
public enum TimeSpan {
  /// The largest number of milliseconds that any field takes: 2^53, which every JSON reader keeps exact.
  public static let maxMilliseconds: Int64 = 1 << 53

  private static let units: [(name: String, milliseconds: Int64)] = [
    ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
  ]

  static let remedy = "write a number and one of ms, s, m, h, d, as in 90s or 1h30m"

  /// Milliseconds of one or more numbers with their units, the larger unit first. A bare 0 needs no unit.
  public static func parse(_ text: String) throws(QuantityError) -> Int64 {
    if text == "0" { return 0 }
    var total: Int64 = 0
    var last = Int64.max
    var rest = Substring(text)
    guard !rest.isEmpty else { throw QuantityError("empty; \(remedy)") }
    while !rest.isEmpty {
      let part = rest.prefix { !$0.isLetter } + rest.drop { !$0.isLetter }.prefix { $0.isLetter }
      rest = rest.dropFirst(part.count)
      let (number, unit) = try Decimal.split(String(part), remedy: remedy)
      guard let length = units.first(where: { $0.name == unit })?.milliseconds else {
        throw QuantityError(unit.isEmpty ? "no unit; \(remedy)" : "\"\(unit)\" is no unit of time; \(remedy)")
      }
      guard length < last else { throw QuantityError("the units are not in order, larger first; \(remedy)") }
      last = length
      guard case .whole(let span) = number.times(length) else {
        throw QuantityError("not a whole number of milliseconds, or too large; \(remedy)")
      }
      let (sum, overflow) = total.addingReportingOverflow(span)
      guard !overflow, sum <= maxMilliseconds else {
        throw QuantityError("too long; at most \(maxMilliseconds)ms can be given")
      }
      total = sum
    }
    return total
  }

  /// The two largest units that say something: `1h 30m`, `2d`, `1.5s`, `20ms`.
  public static func text(_ milliseconds: Int64) -> String {
    if milliseconds < 0 { return "-" + text(milliseconds == .min ? .max : -milliseconds) }
    if milliseconds < 1000 { return "\(milliseconds)ms" }
    if milliseconds < 60_000 {
      let tenths = milliseconds % 1000 / 100
      return tenths == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds / 1000).\(tenths)s"
    }
    var words: [String] = []
    var rest = milliseconds
    for unit in units.reversed() where unit.milliseconds >= 1000 && words.count < 2 {
      let count = rest / unit.milliseconds
      rest %= unit.milliseconds
      if count > 0 { words.append("\(count)\(unit.name)") } else if !words.isEmpty { break }
    }
    return words.joined(separator: " ")
  }
}

/// A decimal number, exact.
struct Decimal {
  private var whole: UInt64
  private var fraction: UInt64
  /// Ten to the number of digits behind the point.
  private var scale: UInt64

  enum Product { case whole(Int64), fraction, tooLarge }

  /// Splits `1.5 GiB` into its number and its unit.
  static func split(_ text: String, remedy: String) throws(QuantityError) -> (Decimal, unit: String) {
    let bytes = Array(text.utf8)
    var place = 0
    func digits() throws(QuantityError) -> (value: UInt64, scale: UInt64, count: Int) {
      var value: UInt64 = 0
      var scale: UInt64 = 1
      let start = place
      while place < bytes.count, bytes[place] >= 0x30, bytes[place] <= 0x39 {
        guard place - start < 18 || (value == 0 && bytes[place] == 0x30) else {
          throw QuantityError("too many digits; \(remedy)")
        }
        value = value * 10 + UInt64(bytes[place] - 0x30)
        if scale < 1_000_000_000_000_000_000 { scale *= 10 }
        place += 1
      }
      return (value, scale, place - start)
    }
    guard !bytes.isEmpty else { throw QuantityError("empty; \(remedy)") }
    let whole = try digits()
    guard whole.count > 0 else {
      throw QuantityError(bytes[0] == UInt8(ascii: "-") ? "negative; \(remedy)" : "no number at its start; \(remedy)")
    }
    var decimal = Decimal(whole: whole.value, fraction: 0, scale: 1)
    if place < bytes.count, bytes[place] == UInt8(ascii: ".") {
      place += 1
      let fraction = try digits()
      guard fraction.count > 0, fraction.count <= 18 else {
        throw QuantityError("no digits behind the point, or too many; \(remedy)")
      }
      decimal.fraction = fraction.value
      decimal.scale = fraction.scale
    }
    if place < bytes.count - 1, bytes[place] == 0x20 { place += 1 }
    return (decimal, String(decoding: bytes[place...], as: UTF8.self))
  }

  func times(_ unit: Int64) -> Product {
    let unit = UInt64(unit)
    let (high, overflow) = whole.multipliedReportingOverflow(by: unit)
    // fraction < scale, so the quotient is less than the unit and fits.
    let (part, rest) = scale.dividingFullWidth(fraction.multipliedFullWidth(by: unit))
    if rest != 0 { return .fraction }
    let (sum, carry) = high.addingReportingOverflow(part)
    guard !overflow, !carry, let count = Int64(exactly: sum) else { return .tooLarge }
    return .whole(count)
  }
}
