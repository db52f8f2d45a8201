/// What frames may cost that carry nothing: control frames by the second, empty fragments by the message.
struct FrameBudget {
  /// In a second; pings, pongs and closes together.
  static let controlFrames = 1_000
  /// The most fragments of one message that carry no bytes: each costs work and brings nothing.
  static let emptyFragments = 1_000

  private var second: UInt64 = 0
  private var controlCount = 0
  private var emptyCount = 0

  /// Charges a control frame.
  /// - Parameter now: monotonic nanoseconds.
  mutating func chargeControl(at now: UInt64) throws(FrameViolation) {
    let current = now / 1_000_000_000
    if current != second { (second, controlCount) = (current, 0) }
    controlCount += 1
    guard controlCount <= Self.controlFrames else {
      throw FrameViolation(
        code: CloseCode.policyViolation, reason: "more than \(Self.controlFrames) control frames in a second")
    }
  }

  /// Charges an empty fragment.
  mutating func chargeEmptyFragment() throws(FrameViolation) {
    emptyCount += 1
    guard emptyCount <= Self.emptyFragments else {
      throw FrameViolation(
        code: CloseCode.policyViolation, reason: "more than \(Self.emptyFragments) empty fragments in a message")
    }
  }

  /// A message is whole.
  mutating func endMessage() { emptyCount = 0 }
}
