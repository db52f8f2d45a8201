import BanyanCore

/// What one request may spend on looking through things, counted in steps: a condition that is looked at, a piece of a
/// text that is compared, a place of a pattern that is reached. So the work is bounded whatever somebody asks, and
/// whoever reads comes by a place now and then where it may let others go first, or end because the asker is gone.
public final class Effort {
  /// Steps that one request may take: a second or two of work.
  public static let maxSteps = 250_000_000
  /// Steps between two pauses: some milliseconds.
  public static let slice = 500_000

  private let slice: Int
  /// Of the slice in hand.
  private var left: Int
  /// Behind the slice in hand.
  private var rest: Int
  private let maxSteps: Int
  private let pause: () throws(Rejection) -> Void

  /// - Parameters:
  ///   - maxSteps: steps until the request is refused.
  ///   - slice: steps between two pauses.
  ///   - pause: called behind each slice; what it throws ends the work.
  public init(
    maxSteps: Int = Effort.maxSteps, slice: Int = Effort.slice, pause: @escaping () throws(Rejection) -> Void = {}
  ) {
    self.maxSteps = maxSteps
    self.slice = slice
    self.pause = pause
    left = min(slice, maxSteps)
    rest = maxSteps - left
  }

  /// Without a bound, for whoever asks at home.
  public static var unbounded: Effort { Effort(maxSteps: .max / 4) }

  /// Counts steps before they are taken.
  public func spend(_ steps: Int) throws(Rejection) {
    left &-= steps
    if left < 0 { try beginSlice() }
  }

  private func beginSlice() throws(Rejection) {
    // What was taken beyond the slice counts too.
    rest += left
    left = 0
    guard rest > 0 else {
      rest = 0
      left = -1
      throw Rejection.field(
        "where",
        "takes more than \(maxSteps) steps on what is there, and was given up; narrow it (state, outcome, queue, owner, job, name, worker_id and _id are found at once), or give a simpler $regex or sort"
      )
    }
    left = min(slice, rest)
    rest -= left
    try pause()
  }
}

extension FieldValue {
  /// What it costs to make or to compare it once, beyond the step itself.
  var weight: Int {
    switch self {
    case .text(let text): text.utf8.count >> 6
    case .list(let elements): elements.count
    case .object(let members): members.count
    default: 0
    }
  }
}
