import BanyanCore

extension KeepFinished {
  /// Reads `--keep-finished`: a span, a number of tasks, both with a comma between them, or `forever`. What is not said
  /// stays at its standard.
  init(option text: String) throws {
    if text == "forever" {
      self.init()
      return
    }
    var keep = KeepFinished.standard
    var said: (age: Bool, count: Bool) = (false, false)
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      if let count = Int(part) {
        guard count >= 1, !said.count else { throw Self.wrong(text) }
        keep.count = count
        said.count = true
      } else {
        guard !said.age else { throw Self.wrong(text) }
        keep.age = try Quantities.duration(String(part), of: "--keep-finished")
        said.age = true
      }
    }
    self = keep
  }

  private static func wrong(_ text: String) -> UsageError {
    UsageError(
      "--keep-finished '\(text)': give a span, a number of tasks (at least 1), both as in 30d,1000000, or forever")
  }
}
