import BanyanCore
import BanyanJSON
import BanyanWire

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

  /// A moment as people say it; to the second where it is less than two minutes away.
  static func time(_ milliseconds: Int64, now: Int64) -> String {
    TimeWords.short(milliseconds, now: now, hasSeconds: (milliseconds - now).magnitude < 120_000)
  }
}
