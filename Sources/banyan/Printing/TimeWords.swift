import BanyanJSON
import BanyanWire

import Glibc

/// Moments and spans as people say them, in the zone of whoever reads them.
enum TimeWords {
  private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// A moment, in milliseconds since 1970: `14:02` today, `Tue 14:02` within a week, `Nov 25 14:02` within half a year,
  /// else `2025-11-25`.
  /// - Parameter hasSeconds: today's are told to the second.
  static func short(_ milliseconds: Int64, now: Int64, hasSeconds: Bool = false) -> String {
    guard let time = local(milliseconds), let today = local(now) else { return LocalTime.text(milliseconds) }
    let clock = "\(two(time.tm_hour)):\(two(time.tm_min))"
    if time.tm_year == today.tm_year, time.tm_yday == today.tm_yday {
      return hasSeconds ? "\(clock):\(two(time.tm_sec))" : clock
    }
    let distance = abs(now - milliseconds)
    if distance < 6 * 86_400_000 { return "\(name(of: time.tm_wday, in: days)) \(clock)" }
    if distance < 182 * 86_400_000 { return "\(name(of: time.tm_mon, in: months)) \(two(time.tm_mday)) \(clock)" }
    return "\(time.tm_year + 1900)-\(two(time.tm_mon + 1))-\(two(time.tm_mday))"
  }

  /// How long ago it was, or how far off it is: `3 min ago`, `in 2 h`.
  static func ago(_ milliseconds: Int64, now: Int64) -> String {
    let seconds = abs(now - milliseconds) / 1000
    let words =
      switch seconds {
      case ..<60: "\(seconds) s"
      case ..<3600: "\(seconds / 60) min"
      case ..<172_800: "\(seconds / 3600) h"
      default: "\(seconds / 86_400) days"
      }
    if seconds < 1 { return "now" }
    return milliseconds <= now ? "\(words) ago" : "in \(words)"
  }

  /// A span in milliseconds, to the second.
  static func span(_ milliseconds: Int64) -> String {
    milliseconds < 1000 ? "<1s" : TimeSpan.text(milliseconds / 1000 * 1000)
  }

  /// How long it may take until a moment that somebody guessed.
  static func left(until moment: Int64, now: Int64) -> String? {
    moment - now < 1000 ? "soon" : "~\(span(moment - now))"
  }

  /// The moment that a document's member tells.
  static func moment(_ value: JSON?) -> Int64? { value?.string.flatMap { DateForm.milliseconds($0) } }

  /// A text of the server's with its times (UTC, as in `2026-11-25T03:15:57.123Z`) as the reader has them.
  static func localized(_ text: String, now: Int64) -> String {
    guard text.utf8.contains(UInt8(ascii: "Z")) else { return text }
    let bytes = Array(text.utf8)
    var shown: [UInt8] = []
    var place = 0
    while place < bytes.count {
      if let length = dateLength(bytes[place...]),
        let moment = WireDate.milliseconds(String(decoding: bytes[place..<place + length], as: UTF8.self))
      {
        shown += Array(short(moment, now: now).utf8)
        place += length
      } else {
        shown.append(bytes[place])
        place += 1
      }
    }
    return String(decoding: shown, as: UTF8.self)
  }

  private static let form = Array("dddd-dd-ddTdd:dd:dd".utf8)

  /// How long a date is that stands at the beginning; nil: there is none.
  private static func dateLength(_ bytes: ArraySlice<UInt8>) -> Int? {
    let bytes = bytes.prefix(form.count + 12)
    guard bytes.count > form.count else { return nil }
    for (byte, sign) in zip(bytes, form) {
      guard sign == UInt8(ascii: "d") ? isDigit(byte) : byte == sign else { return nil }
    }
    var rest = bytes.dropFirst(form.count)
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      rest = rest.drop(while: isDigit)
    }
    guard rest.first == UInt8(ascii: "Z") else { return nil }
    return rest.startIndex + 1 - bytes.startIndex
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private static func local(_ milliseconds: Int64) -> tm? {
    var time = time_t((Double(milliseconds) / 1000).rounded(.down))
    var parts = tm()
    tzset()
    return localtime_r(&time, &parts) == nil ? nil : parts
  }

  private static func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }

  private static func name(of place: Int32, in names: [String]) -> String {
    names.indices.contains(Int(place)) ? names[Int(place)] : ""
  }
}
