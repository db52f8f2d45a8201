/// What a task wrote down while it ran, a line at each beginning and each end, by whatever attempt.
struct StressLedger: Sendable, Hashable {
  /// One line.
  enum Line: Sendable, Hashable {
    case start(claim: Int, task: String)
    case end(claim: Int)
  }

  private(set) var lines: [Line] = []
  /// What is no line of a ledger.
  private(set) var damage: [String] = []

  /// What stands in a ledger's file.
  init(_ text: String = "") {
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) where !line.isEmpty {
      let words = line.split(separator: " ")
      if words.count == 3, words[0] == "start", let claim = Int(words[1]) {
        lines.append(.start(claim: claim, task: String(words[2])))
      } else if words.count == 2, words[0] == "end", let claim = Int(words[1]) {
        lines.append(.end(claim: claim))
      } else {
        damage.append(String(line))
      }
    }
  }

  /// How often an attempt began.
  func starts(of claim: Int) -> Int {
    lines.count { if case .start(claim, _) = $0 { true } else { false } }
  }

  /// How often it came to its end.
  func ends(of claim: Int) -> Int { lines.count { $0 == .end(claim: claim) } }

  /// An older attempt that went on after a newer one had begun: the task ran twice at once.
  var overlap: (older: Int, newer: Int)? {
    var newest = 0
    for line in lines {
      switch line {
      case .start(let claim, _):
        if claim < newest { return (claim, newest) }
        newest = claim
      case .end(let claim):
        if claim < newest { return (claim, newest) }
      }
    }
    return nil
  }
}
