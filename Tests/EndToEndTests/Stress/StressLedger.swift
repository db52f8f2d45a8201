/// What a task wrote down while it ran, a line at each beginning and each end, by whatever attempt.
struct StressLedger: Sendable, Hashable {
  /// One line: an attempt began, or came to its end.
  enum Line: Sendable, Hashable {
    case start(claim: Int, task: String)
    case end(claim: Int)
  }

  private(set) var lines: [Line] = []
  /// What is no line of a ledger.
  private(set) var damage: [String] = []

  /// What stands in a file of ledgers, by the tasks' numbers. What belongs to nobody stands under -1.
  static func read(_ text: String) -> [Int: StressLedger] {
    var all: [Int: StressLedger] = [:]
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      let number = words.first.flatMap { Int($0) } ?? -1
      if words.count == 4, words[1] == "start", let claim = Int(words[2]) {
        all[number, default: StressLedger()].lines.append(.start(claim: claim, task: String(words[3])))
      } else if words.count == 3, words[1] == "end", let claim = Int(words[2]) {
        all[number, default: StressLedger()].lines.append(.end(claim: claim))
      } else {
        all[number, default: StressLedger()].damage.append(String(line))
      }
    }
    return all
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
