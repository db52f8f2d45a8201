import BanyanCore

extension Pattern {
  /// Whether the pattern is found anywhere in a text. The time is at most proportional to the text's length times
  /// the number of steps, and what it comes to is counted.
  public func matches(_ text: String, _ effort: Effort) throws(Rejection) -> Bool {
    let result: Result<Bool, Rejection> = withUnsafeTemporaryAllocation(of: Int32.self, capacity: steps.count * 4) {
      memory in
      memory.initialize(repeating: 0)
      var run = PatternRun(steps: steps, memory: memory, effort: effort)
      do throws(Rejection) { return .success(try run.finds(in: text.unicodeScalars)) } catch { return .failure(error) }
    }
    return try result.get()
  }
}

/// The places in the steps that are reached at one place in a text: a list, and for each step the round in which it
/// was last reached, so that none is followed twice.
private struct PatternRun {
  private let steps: [Pattern.Step]
  private var current: UnsafeMutableBufferPointer<Int32>
  private var following: UnsafeMutableBufferPointer<Int32>
  private let rounds: UnsafeMutableBufferPointer<Int32>
  /// Steps that are still to be followed. Each is put here at most once a round: by the marks.
  private let pending: UnsafeMutableBufferPointer<Int32>
  private var currentCount = 0
  private var followingCount = 0
  private var round: Int32 = 0
  private let effort: Effort
  /// Steps that were taken and not counted yet.
  private var work = 0

  init(steps: [Pattern.Step], memory: UnsafeMutableBufferPointer<Int32>, effort: Effort) {
    self.steps = steps
    self.effort = effort
    let count = steps.count
    current = UnsafeMutableBufferPointer(rebasing: memory[0..<count])
    following = UnsafeMutableBufferPointer(rebasing: memory[count..<(2 * count)])
    rounds = UnsafeMutableBufferPointer(rebasing: memory[(2 * count)..<(3 * count)])
    pending = UnsafeMutableBufferPointer(rebasing: memory[(3 * count)..<(4 * count)])
  }

  mutating func finds(in text: String.UnicodeScalarView) throws(Rejection) -> Bool {
    try effort.spend(steps.count)
    var before: UInt32?
    var scalars = text.makeIterator()
    var scalar = scalars.next()?.value
    nextRound()
    while true {
      // A match may begin here as well as further on.
      if follow(0, before: before, after: scalar) { return true }
      guard let here = scalar else { return false }
      let after = scalars.next()?.value
      swap(&current, &following)
      (currentCount, followingCount) = (followingCount, 0)
      nextRound()
      work += 1 + currentCount
      if work > Self.maxUncounted {
        try effort.spend(work)
        work = 0
      }
      for index in 0..<currentCount {
        let step = Int(current[index])
        let fits =
          switch steps[step] {
          case .scalar(let wanted): wanted == here
          case .anyButNewline: here != 0x0A
          case .oneOf(let set): contains(set, here)
          default: false
          }
        if fits, follow(step + 1, before: here, after: after) { return true }
      }
      before = here
      scalar = after
    }
  }

  /// Steps that are gathered before they are counted: counting each would cost as much as the step.
  private static let maxUncounted = 1024

  private mutating func contains(_ set: ScalarSet, _ scalar: UInt32) -> Bool {
    work += set.ranges.count
    return set.contains(scalar)
  }

  /// No text has as many places as would bring a round back: rounds start anew long before.
  private mutating func nextRound() {
    if round == .max {
      rounds.update(repeating: 0)
      round = 0
    }
    round += 1
  }

  /// Adds a step, and all that follow it without a scalar in between. True: the pattern is found.
  private mutating func follow(_ start: Int, before: UInt32?, after: UInt32?) -> Bool {
    var waiting = 0
    func mark(_ step: Int) -> Bool {
      guard rounds[step] != round else { return false }
      rounds[step] = round
      return true
    }
    guard mark(start) else { return false }
    pending[0] = Int32(start)
    waiting = 1
    while waiting > 0 {
      waiting -= 1
      work += 1
      let step = Int(pending[waiting])
      var next: (Int?, Int?) = (nil, nil)
      switch steps[step] {
      case .found: return true
      case .jump(let target): next = (target, nil)
      case .both(let first, let second): next = (first, second)
      case .atStart: if before == nil { next = (step + 1, nil) }
      case .atEnd: if after == nil { next = (step + 1, nil) }
      case .atBoundary(let wanted):
        let isBoundary = (before.map(ScalarSet.word.contains) ?? false) != (after.map(ScalarSet.word.contains) ?? false)
        if isBoundary == wanted { next = (step + 1, nil) }
      case .scalar, .anyButNewline, .oneOf:
        following[followingCount] = Int32(step)
        followingCount += 1
      }
      for target in [next.0, next.1] {
        if let target, mark(target) {
          pending[waiting] = Int32(target)
          waiting += 1
        }
      }
    }
    return false
  }
}
