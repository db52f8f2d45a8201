/// The text format of Prometheus (version 0.0.4), written line by line.
struct PrometheusText {
  private(set) var text = ""

  /// The media type of it.
  static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  enum Kind: String { case counter, gauge, histogram }

  /// Writes a metric's `# HELP` and `# TYPE` lines; its samples follow.
  mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
  }

  /// One value of a metric that was begun.
  mutating func value(_ name: String, _ labels: [(String, String)] = [], _ value: some Numeric) {
    text += "\(name)\(Self.braces(labels)) \(value)\n"
  }

  /// A metric of one value.
  mutating func single(_ name: String, _ kind: Kind, _ help: String, _ value: some Numeric) {
    begin(name, kind, help)
    self.value(name, [], value)
  }

  /// A histogram that was begun, in seconds.
  mutating func buckets(_ name: String, _ buckets: DurationBuckets, _ labels: [(String, String)] = []) {
    var total: UInt64 = 0
    for (place, count) in buckets.counts.enumerated() {
      total += count
      let bound = place < buckets.bounds.count ? Self.seconds(buckets.bounds[place]) : "+Inf"
      value("\(name)_bucket", labels + [("le", bound)], total)
    }
    text += "\(name)_sum\(Self.braces(labels)) \(Self.seconds(buckets.sum))\n"
    value("\(name)_count", labels, total)
  }

  /// Prometheus counts time in seconds.
  private static func seconds(_ nanoseconds: UInt64) -> String { "\(Double(nanoseconds) / 1e9)" }

  private static func braces(_ labels: [(String, String)]) -> String {
    if labels.isEmpty { return "" }
    return "{" + labels.map { "\($0.0)=\"\(escaped($0.1))\"" }.joined(separator: ",") + "}"
  }

  private static func escaped(_ value: String) -> String {
    var escaped = ""
    for character in value.unicodeScalars {
      switch character {
      case "\\": escaped += "\\\\"
      case "\"": escaped += "\\\""
      case "\n": escaped += "\\n"
      default: escaped.unicodeScalars.append(character)
      }
    }
    return escaped
  }
}
