import BanyanCore

/// When something should begin and end, as documents show it. What should have come by now comes now.
public struct ExpectedTimes: Sendable {
  /// When it should begin; nil: it has, or nobody knows.
  public let start: Forecast.Estimate?
  /// When it should end; nil: nobody knows.
  public let end: Forecast.Estimate?

  /// - Parameters:
  ///   - start: as it was forecast.
  ///   - end: as it was forecast.
  ///   - now: the server's clock, milliseconds since 1970.
  public init(start: Forecast.Estimate?, end: Forecast.Estimate?, now: Int64) {
    self.start = start?.noEarlier(than: now)
    self.end = end?.noEarlier(than: now)
  }

  /// A moment as documents show it.
  static func value(_ moment: Forecast.Estimate?) -> FieldValue {
    guard let moment else { return .missing }
    return .object(of: [
      ("earliest", .date(moment.earliest)), ("likely", .date(moment.likely)),
      ("latest", FieldValue(date: moment.latest)),
    ])
  }
}

extension Forecast.Estimate {
  fileprivate func noEarlier(than now: Int64) -> Forecast.Estimate {
    Forecast.Estimate(earliest: max(earliest, now), likely: max(likely, now), latest: latest.map { max($0, now) })
  }
}
