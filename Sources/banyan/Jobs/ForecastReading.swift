import BanyanCore
import BanyanJSON
import BanyanWire

extension Forecast.Estimate {
  /// A moment as documents show it; nil: it is none.
  init?(_ document: JSON?) {
    func date(_ name: String) -> Int64? { document?[name]?.string.flatMap { DateForm.milliseconds($0) } }
    guard let earliest = date("earliest"), let likely = date("likely") else { return nil }
    self.init(earliest: earliest, likely: likely, latest: date("latest"))
  }
}
