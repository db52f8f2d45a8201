import BanyanWire

import Glibc

/// What `--since` says: a span before now, or a moment.
enum Since {
  /// Milliseconds since 1970.
  static func moment(_ text: String, now: Int64) throws -> Int64 {
    if let span = try? TimeSpan.parse(text) { return now - span }
    // First the reader's own: to the server a date alone is of UTC.
    if let moment = local(text, now: now) { return moment }
    if let moment = DateForm.milliseconds(text) { return moment }
    throw UsageError(
      "--since '\(text)': give a span as in 2h or 30m, a time as in 09:30, or a date as in 2026-11-25 or 2026-11-25T09:30"
    )
  }

  /// A time of today, or a date, perhaps with a time, of the reader's zone.
  private static func local(_ text: String, now: Int64) -> Int64? {
    var parts = tm()
    var seconds = time_t(now / 1000)
    tzset()
    guard localtime_r(&seconds, &parts) != nil else { return nil }
    let words = text.split(omittingEmptySubsequences: false) { $0 == "T" || $0 == " " }
    guard words.count <= 2, let last = words.last else { return nil }
    if words.count == 2 || last.contains("-") {
      let date = words[0].split(separator: "-", omittingEmptySubsequences: false).map { Int32($0) }
      guard date.count == 3, let year = date[0], let month = date[1], let day = date[2], (1970...9999).contains(year),
        (1...12).contains(month), (1...31).contains(day)
      else { return nil }
      (parts.tm_year, parts.tm_mon, parts.tm_mday) = (year - 1900, month - 1, day)
    }
    (parts.tm_hour, parts.tm_min, parts.tm_sec, parts.tm_isdst) = (0, 0, 0, -1)
    if words.count == 2 || !last.contains("-") {
      let clock = last.split(separator: ":", omittingEmptySubsequences: false).map { Int32($0) }
      guard (2...3).contains(clock.count), let hour = clock[0], let minute = clock[1], (0...23).contains(hour),
        (0...59).contains(minute)
      else { return nil }
      (parts.tm_hour, parts.tm_min) = (hour, minute)
      if clock.count == 3 {
        guard let second = clock[2], (0...59).contains(second) else { return nil }
        parts.tm_sec = second
      }
    }
    let moment = mktime(&parts)
    return moment == -1 ? nil : Int64(moment) * 1000
  }
}
