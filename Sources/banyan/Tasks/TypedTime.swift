import BanyanWire

import Glibc

/// A moment as people type it. Without an offset it is the typist's own time.
///
/// `now`, `+5m`, `22:00` (the next time that it is so), `today 22:00`, `tomorrow`, `tomorrow 08:00`, `2026-12-01`,
/// `2026-12-01T22:00`, `2026-12-01 22:00:00`, and ISO 8601 with an offset.
enum TypedTime {
  /// What is right, for errors.
  static let remedy = "give a time like 22:00, tomorrow 08:00, +5m, now or 2026-12-01T22:00"

  /// What went wrong, in words; the flag is the caller's to name.
  struct Trouble: Error, CustomStringConvertible {
    let description: String
  }

  /// - Parameters:
  ///   - text: as it was typed.
  ///   - now: milliseconds since 1970.
  /// - Returns: milliseconds since 1970.
  static func parse(_ text: String, now: Int64) throws(Trouble) -> Int64 {
    if let moment = WireDate.milliseconds(text), text.utf8.count > 10 { return moment }
    if text == "now" { return now }
    if text.hasPrefix("+") {
      do {
        let (moment, isOver) = now.addingReportingOverflow(try TimeSpan.parse(String(text.dropFirst())))
        if !isOver { return moment }
      } catch { throw Trouble(description: "\(error)") }
    }
    var words = text.split(whereSeparator: { $0 == " " || $0 == "T" || $0 == "t" }).map(String.init)
    if text.hasPrefix("today") || text.hasPrefix("tomorrow") { words = text.split(separator: " ").map(String.init) }
    guard (1...2).contains(words.count) else { throw Trouble(description: remedy) }
    guard let day = day(words[0], now: now) else {
      guard words.count == 1, let clock = clock(words[0]) else { throw Trouble(description: remedy) }
      let today = try moment(LocalDay(at: now), clock, text)
      return today > now ? today : try moment(LocalDay(at: now).advanced(by: 1), clock, text)
    }
    guard words.count == 2 else { return try moment(day, (0, 0, 0), text) }
    guard let clock = clock(words[1]) else { throw Trouble(description: remedy) }
    return try moment(day, clock, text)
  }

  /// This moment, in milliseconds since 1970.
  static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }

  // MARK: Parts

  /// A day of the typist's calendar; the months and days that are too large carry over.
  private struct LocalDay {
    var year: Int32
    var month: Int32
    var day: Int32

    init(year: Int32, month: Int32, day: Int32) {
      self.year = year
      self.month = month
      self.day = day
    }

    init(at moment: Int64) {
      var time = time_t((Double(moment) / 1000).rounded(.down))
      var parts = tm()
      tzset()
      localtime_r(&time, &parts)
      self.init(year: parts.tm_year + 1900, month: parts.tm_mon + 1, day: parts.tm_mday)
    }

    func advanced(by days: Int32) -> LocalDay { LocalDay(year: year, month: month, day: day + days) }
  }

  private static func day(_ word: String, now: Int64) -> LocalDay? {
    if word == "today" { return LocalDay(at: now) }
    if word == "tomorrow" { return LocalDay(at: now).advanced(by: 1) }
    // Whether there is such a day the wire's own reader knows.
    guard word.utf8.count == 10, WireDate.milliseconds(word) != nil else { return nil }
    let parts = word.split(separator: "-").compactMap { Int32($0) }
    return parts.count == 3 ? LocalDay(year: parts[0], month: parts[1], day: parts[2]) : nil
  }

  private static func clock(_ word: String) -> (hour: Int32, minute: Int32, second: Int32)? {
    let parts = word.split(separator: ":", omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count), parts.allSatisfy({ (1...2).contains($0.utf8.count) }) else { return nil }
    let numbers = parts.compactMap { part in
      part.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int32(part) : nil
    }
    guard numbers.count == parts.count, numbers[0] < 24, numbers[1] < 60 else { return nil }
    let second = numbers.count == 3 ? numbers[2] : 0
    return second < 60 ? (numbers[0], numbers[1], second) : nil
  }

  /// An hour that the clocks leave out, or show twice, is told.
  private static func moment(
    _ day: LocalDay, _ clock: (hour: Int32, minute: Int32, second: Int32), _ text: String
  ) throws(Trouble) -> Int64 {
    var found: [time_t] = []
    for isSummer in [Int32(0), 1] {
      var parts = tm()
      (parts.tm_year, parts.tm_mon, parts.tm_mday) = (day.year - 1900, day.month - 1, day.day)
      (parts.tm_hour, parts.tm_min, parts.tm_sec) = (clock.hour, clock.minute, clock.second)
      parts.tm_isdst = isSummer
      tzset()
      let time = mktime(&parts)
      // The system moves what isn't so to what is.
      guard parts.tm_isdst == isSummer, parts.tm_hour == clock.hour, parts.tm_min == clock.minute else { continue }
      if !found.contains(time) { found.append(time) }
    }
    guard let time = found.first else {
      throw Trouble(description: "the clocks here leave this hour out on that day; give another one")
    }
    guard found.count == 1 else {
      throw Trouble(
        description:
          "the clocks here show this hour twice on that day; give it in UTC, as \(WireDate.text(Int64(time) * 1000))")
    }
    return Int64(time) * 1000
  }
}
