/// Dates as they cross the wire: ISO 8601 in UTC with milliseconds, `2026-11-25T03:15:57.123Z`; in memory
/// milliseconds since 1970. Works in integers, without Foundation.
public enum WireDate {
  static let remedy = "give a date like 2026-11-25T03:15:57.123Z"

  private static let dayLength: Int64 = 86_400_000
  /// 0000-01-01T00:00:00.000Z, the first that four digits of a year can say, in milliseconds since 1970.
  static let earliest: Int64 = -62_167_219_200_000
  /// 9999-12-31T23:59:59.999Z, the last one.
  static let latest: Int64 = 253_402_300_799_999

  /// The text of a date. One outside the years 0 to 9999 becomes the nearest inside.
  public static func text(_ milliseconds: Int64) -> String {
    String(unsafeUninitializedCapacity: 24) { write(milliseconds, to: $0) }
  }

  /// Appends the 24 bytes of a date's text to `buffer`.
  public static func append(_ milliseconds: Int64, to buffer: inout [UInt8]) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 24) { bytes in
      let count = write(milliseconds, to: bytes)
      buffer.append(contentsOf: bytes.prefix(count))
    }
  }

  /// The date that `text` gives, or nil. Fractions of any length are cut to milliseconds, none is none, and an
  /// offset like `+02:00` may stand for the `Z`. A date alone is its midnight.
  public static func milliseconds(_ text: String) -> Int64? {
    var text = text
    return text.withUTF8 { milliseconds($0) }
  }

  /// The date that the text in `bytes` gives, or nil.
  public static func milliseconds(_ bytes: UnsafeBufferPointer<UInt8>) -> Int64? {
    var reader = DateReader(bytes)
    guard let year = reader.number(digits: 4), reader.take("-"),
      let month = reader.number(digits: 2), (1...12).contains(month), reader.take("-"),
      let day = reader.number(digits: 2), day >= 1, day <= length(ofMonth: month, year: year)
    else { return nil }
    if reader.isAtEnd { return days(year: year, month: month, day: day) * dayLength }
    guard
      reader.take("T") || reader.take("t") || reader.take(" "),
      let hour = reader.number(digits: 2), hour <= 23, reader.take(":"),
      let minute = reader.number(digits: 2), minute <= 59, reader.take(":"),
      let second = reader.number(digits: 2), second <= 59
    else { return nil }
    guard let fraction = reader.take(".") ? reader.fraction() : 0, let offset = reader.zone(), reader.isAtEnd else {
      return nil
    }
    let time = ((hour * 60 + minute) * 60 + second) * 1000 + fraction - offset
    let date = days(year: year, month: month, day: day) * dayLength + time
    return (earliest...latest).contains(date) ? date : nil
  }

  /// Days since 1970 of a day in the Gregorian calendar.
  ///
  /// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
  private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    let year = month <= 2 ? year - 1 : year
    let era = (year >= 0 ? year : year - 399) / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  private static func length(ofMonth month: Int64, year: Int64) -> Int64 {
    switch month {
    case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  private static func write(_ milliseconds: Int64, to bytes: UnsafeMutableBufferPointer<UInt8>) -> Int {
    let date = min(max(milliseconds, earliest), latest)
    let days = (date >= 0 ? date : date - dayLength + 1) / dayLength
    let time = date - days * dayLength
    // The same source, civil_from_days.
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)

    var place = 0
    func put(_ number: Int64, digits: Int, then mark: Unicode.Scalar) {
      var rest = number
      for position in stride(from: place + digits - 1, through: place, by: -1) {
        bytes[position] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      }
      bytes[place + digits] = UInt8(ascii: mark)
      place += digits + 1
    }
    put(year, digits: 4, then: "-")
    put(month, digits: 2, then: "-")
    put(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1, digits: 2, then: "T")
    put(time / 3_600_000, digits: 2, then: ":")
    put(time / 60_000 % 60, digits: 2, then: ":")
    put(time / 1000 % 60, digits: 2, then: ".")
    put(time % 1000, digits: 3, then: "Z")
    return place
  }
}

/// Goes through the bytes of a date.
private struct DateReader {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var place = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  var isAtEnd: Bool { place == bytes.count }

  mutating func take(_ mark: Unicode.Scalar) -> Bool {
    guard place < bytes.count, bytes[place] == UInt8(ascii: mark) else { return false }
    place += 1
    return true
  }

  mutating func number(digits: Int) -> Int64? {
    guard place + digits <= bytes.count else { return nil }
    var number: Int64 = 0
    for _ in 0..<digits {
      guard let digit = nextDigit() else { return nil }
      number = number * 10 + digit
    }
    return number
  }

  /// The digits behind the point, in milliseconds.
  mutating func fraction() -> Int64? {
    var value: Int64 = 0
    var count = 0
    while let digit = nextDigit() {
      if count < 3 { value = value * 10 + digit }
      count += 1
    }
    guard count > 0 else { return nil }
    for _ in count..<max(count, 3) { value *= 10 }
    return value
  }

  /// `Z` or an offset, in milliseconds east of Greenwich.
  mutating func zone() -> Int64? {
    if take("Z") || take("z") { return 0 }
    let sign: Int64
    if take("+") { sign = 1 } else if take("-") { sign = -1 } else { return nil }
    guard let hours = number(digits: 2), hours <= 23 else { return nil }
    _ = take(":")
    guard let minutes = number(digits: 2), minutes <= 59 else { return nil }
    return sign * (hours * 60 + minutes) * 60_000
  }

  private mutating func nextDigit() -> Int64? {
    guard place < bytes.count, bytes[place] >= 0x30, bytes[place] <= 0x39 else { return nil }
    place += 1
    return Int64(bytes[place - 1] - 0x30)
  }
}
