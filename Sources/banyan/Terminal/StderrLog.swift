import BanyanJSON
import BanyanTerminal
import BanyanWire
import Foundation
import Logging

/// A server's or worker's own log, a line an entry on standard error.
///
/// As JSON each line is an object with `time` (ISO 8601, UTC), `level`, `logger`, `message`, and the entry's own
/// members beside them.
struct StderrLog: LogHandler {
  let label: String
  var form = LogOptions.Form.text
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.info

  init(label: String, form: LogOptions.Form = .text) {
    self.label = label
    self.form = form
  }

  /// Members that no entry brings.
  private static let own: Set<String> = ["time", "level", "logger", "message"]

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let all = metadata.merging(event.metadata ?? [:]) { _, new in new }.sorted { $0.key < $1.key }
    switch form {
    case .text:
      let words = all.map { " \($0.key)=\($0.value)" }.joined()
      Output.remark("\(label) \(event.level): \(Escaping.shown("\(event.message)\(words)"))")
    case .json:
      let now = Int64(Date().timeIntervalSince1970 * 1000)
      let line = JSONText.object { entry in
        entry.set("time", WireDate.text(now))
        entry.set("level", event.level.rawValue)
        entry.set("logger", label)
        entry.set("message", "\(event.message)")
        for (key, value) in all where !Self.own.contains(key) { entry.set(dynamicKey: key, "\(value)") }
      }
      Output.remark(String(decoding: line, as: UTF8.self))
    }
  }
}
