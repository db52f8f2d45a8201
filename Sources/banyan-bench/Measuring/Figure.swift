import BanyanJSON

/// One measured number: the median of its runs.
struct Figure {
  /// The subcommand that measured it.
  let bench: String
  /// What it is called, the same in every version.
  let name: String
  /// The unit of its runs, as in `1/s` or `us`.
  let unit: String
  /// What it was each time, in the order of the runs; at least one.
  let runs: [Double]

  /// The middle one; of an even number the mean of the two in the middle.
  var median: Double {
    let sorted = runs.sorted()
    guard let last = sorted.last else { return .nan }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1
      ? sorted[middle] : (sorted[middle - 1] + (middle < sorted.count ? sorted[middle] : last)) / 2
  }

  /// `{"bench": "cycle", "name": "cycles_4_batch", "value": 23456, "unit": "1/s", "runs": [...]}`
  var line: String {
    let text = JSONText.object { line in
      line.set("bench", bench)
      line.set("name", name)
      line.set("value", Self.rounded(median))
      line.set("unit", unit)
      line.array("runs") { list in
        for run in runs { list.append(Self.rounded(run)) }
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Three digits that mean something, but whole numbers whole.
  private static func rounded(_ value: Double) -> JSON {
    guard value.isFinite else { return .null }
    if value >= 100 { return .integer(Int64(value.rounded())) }
    return .real((value * 100).rounded() / 100)
  }

  /// A number as people read it: two decimals below 100, else its thousands set apart.
  static func text(_ value: Double) -> String {
    guard value.isFinite else { return "-" }
    if value < 100 { return "\((value * 100).rounded() / 100)" }
    var digits = "\(Int64(value.rounded()))"
    var place = digits.count - 3
    while place > 0 {
      digits.insert(",", at: digits.index(digits.startIndex, offsetBy: place))
      place -= 3
    }
    return digits
  }
}
