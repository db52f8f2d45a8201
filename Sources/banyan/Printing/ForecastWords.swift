import BanyanCore
import BanyanJSON
import BanyanWire

import Glibc

/// What the server expects, in words for people, in their own zone.
enum ForecastWords {
  /// The sentence of a document that tells when something should begin and end; nil: nothing is known.
  static func sentence(_ document: JSON, now: Int64) -> String? {
    let waits = document["waits_for"]
    func name(_ thing: JSON?) -> String? { thing?["name"]?.string ?? thing?["_id"]?.string }
    let clause = waits?["what"]?.string.flatMap {
      ForecastSentence.clause($0, task: name(waits?["task"]), worker: name(waits?["worker"]))
    }
    return ForecastSentence.sentence(
      start: Forecast.Estimate(document["estimated_start"]), end: Forecast.Estimate(document["estimated_end"]),
      clause: clause
    ) { time($0, now: now) }
  }

  /// How long it is until a moment, as in ~12m; nil: it isn't known.
  static func left(until moment: Forecast.Estimate?, now: Int64) -> String? {
    guard let moment else { return nil }
    let left = max(0, moment.likely - now)
    // No more exact than it is known.
    let unit: Int64 = left < 60_000 ? 1_000 : left < 86_400_000 ? 60_000 : 3_600_000
    let rounded = (left + unit - 1) / unit * unit
    return rounded == 0 ? "<1s" : "~\(TimeSpan.text(rounded))"
  }

  /// A moment as people say it: `14:02`, of another day `Tue 14:02`, of another week `2026-12-24 14:02`. With seconds,
  /// where it is less than two minutes away.
  static func time(_ milliseconds: Int64, now: Int64) -> String {
    func form(_ format: String) -> String {
      var (seconds, parts) = (time_t((Double(milliseconds) / 1000).rounded(.down)), tm())
      guard localtime_r(&seconds, &parts) != nil else { return WireDate.text(milliseconds) }
      var text = [CChar](repeating: 0, count: 64)
      let count = strftime(&text, text.count, format, &parts)
      return String(decoding: text.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    tzset()
    let distance = (milliseconds - now).magnitude
    let clock = distance < 120_000 ? "%H:%M:%S" : "%H:%M"
    if isSameDay(milliseconds, now) { return form(clock) }
    return form((distance < 6 * 86_400_000 ? "%a " : "%Y-%m-%d ") + clock)
  }

  private static func isSameDay(_ one: Int64, _ other: Int64) -> Bool {
    func day(_ milliseconds: Int64) -> (Int32, Int32)? {
      var (seconds, parts) = (time_t((Double(milliseconds) / 1000).rounded(.down)), tm())
      return localtime_r(&seconds, &parts) == nil ? nil : (parts.tm_year, parts.tm_yday)
    }
    guard let one = day(one), let other = day(other) else { return false }
    return one == other
  }
}
