import BanyanCore

/// The words for when something should begin and end. The server writes them with dates that every program reads; a command
/// that knows its reader's zone writes them anew, by the members of the same document.
public enum ForecastSentence {
  /// As in: It should start about 15:05 (14:55 to 15:20), when fit[3] ends on node1.
  /// - Parameters:
  ///   - start: when it should begin; nil: it has, or nobody knows.
  ///   - end: when it should end; nil: nobody knows.
  ///   - clause: what has to come about before it can start (``clause(_:task:worker:)``); nil: nothing.
  ///   - time: how a moment is written, given in milliseconds since 1970.
  /// - Returns: nil: nothing is known.
  public static func sentence(
    start: Forecast.Estimate?, end: Forecast.Estimate?, clause: String? = nil, time: (Int64) -> String
  ) -> String? {
    guard let start else { return end.map { "It should end \(words($0, time))." } }
    let ending = end.map { "\(clause == nil ? "" : ",") and end \(words($0, time))" } ?? ""
    return "It should start \(words(start, time))\(clause.map { ", \($0)" } ?? "")\(ending)."
  }

  /// As in: when fit[3] ends on node1.
  /// - Parameters:
  ///   - what: the word that documents have for it.
  ///   - task: the task that has to end.
  ///   - worker: where.
  /// - Returns: nil: it is no word that has one.
  public static func clause(_ what: String, task: String?, worker: String?) -> String? {
    switch (what, task, worker) {
    case ("parent", let task?, _): "when \(task) has ended"
    case ("delay", _, _): "when its time has come"
    case ("array_limit", let task?, _): "when \(task) of its array has ended"
    case ("room", let task?, let worker?): "when \(task) has ended on \(worker)"
    case ("worker", _, let worker?): "when \(worker) is resumed"
    default: nil
    }
  }

  /// A moment, as in: about 15:05 (14:55 to 15:20).
  private static func words(_ moment: Forecast.Estimate, _ time: (Int64) -> String) -> String {
    let (earliest, likely) = (time(moment.earliest), time(moment.likely))
    guard let latest = moment.latest.map(time) else {
      return earliest == likely ? "about \(likely) or later" : "about \(likely) (\(earliest) or later)"
    }
    // What is written alike is no range.
    return earliest == latest ? "about \(likely)" : "about \(likely) (\(earliest) to \(latest))"
  }
}

extension ExpectedTimes {
  /// Adds what is known to a document.
  /// - Parameter clause: what has to come about before it can start.
  func add(to document: inout Document, when clause: String? = nil) {
    let sentence = ForecastSentence.sentence(start: start, end: end, clause: clause, time: DateForm.iso8601.text)
    document.append("forecast", FieldValue(sentence))
    document.append("estimated_start", Self.value(start))
    document.append("estimated_end", Self.value(end))
  }
}
