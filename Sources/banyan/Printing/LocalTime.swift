import BanyanJSON
import BanyanWire

import Glibc

/// Times for people: ISO 8601 in the zone of whoever reads them (`TZ`).
enum LocalTime {
  /// What the command asks the server for, to be able to say it in another zone.
  static let query = ("dates", "iso8601")

  /// The members of tasks and attempts that are dates.
  private static let members = Set(TaskField.all.filter { $0.shape == .date }.map(\.name))
    .union(ExecutionDocument.dateFields).union(["ends_at", "paused_until", "started", "ended"])

  /// This moment, in milliseconds since 1970.
  static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }

  /// A moment, given in milliseconds since 1970, as in `2026-11-25T04:15:57.123+01:00`.
  static func text(_ milliseconds: Int64) -> String {
    // Seconds are rounded down, before 1970 too.
    var time = time_t((Double(milliseconds) / 1000).rounded(.down))
    var parts = tm()
    tzset()
    guard localtime_r(&time, &parts) != nil else { return WireDate.text(milliseconds) }
    let offset = Int64(parts.tm_gmtoff)
    let minutes = (offset.magnitude / 60) % 60
    let hours = offset.magnitude / 3600
    let zone = "\(offset < 0 ? "-" : "+")\(hours < 10 ? "0" : "")\(hours):\(minutes < 10 ? "0" : "")\(minutes)"
    return WireDate.text(milliseconds + offset * 1000).dropLast() + zone
  }

  /// The text of a member of a task or an attempt, if it is a date.
  static func text(_ member: String, _ value: JSON?) -> String? {
    guard members.contains(member), let text = value?.string, let date = DateForm.milliseconds(text) else { return nil }
    return Self.text(date)
  }
}
