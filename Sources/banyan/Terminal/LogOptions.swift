import ArgumentParser
import Logging

/// How a server's or a worker's own log looks.
struct LogOptions: ParsableArguments {
  /// The words for its form.
  enum Form: String, ExpressibleByArgument, CaseIterable {
    /// A line of words for each entry, for people.
    case text
    /// For programs: an object a line.
    case json
  }

  @Option(
    name: .customLong("log-format"), help: "How the log on standard error looks: text, or json (an object a line).")
  var form = Form.text

  /// A logger that writes in this form.
  func logger(_ label: String) -> Logger {
    var logger = Logger(label: label) { [form] in StderrLog(label: $0, form: form) }
    logger.logLevel = .info
    return logger
  }

  /// A remark for whoever started the program; a line of the log where programs read it.
  func remark(_ text: String, _ logger: Logger) {
    switch form {
    case .text: Output.remark("banyan: \(text)")
    case .json: logger.notice("\(text)")
    }
  }
}
