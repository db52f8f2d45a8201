import BanyanWorker

/// What a person should know about an exit status: a shell passes the end of its child by a signal on as 128 and the
/// signal's number. That is the shell's own word, so the status stays what it is.
enum ExitRemark {
  static func shown(_ status: String) -> String {
    guard status.hasPrefix("failure (exit "), let number = Int32(status.dropFirst(14).prefix { $0.isNumber }),
      (129...159).contains(number)
    else { return status }
    return "\(status): so a shell tells that \(SignalName.of(number - 128)) ended its child"
  }
}
