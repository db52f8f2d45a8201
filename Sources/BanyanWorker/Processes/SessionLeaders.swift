/// The sessions that attempts' main processes lead, also after these have ended: by its session a process shows whose it
/// is.
///
/// The kernel gives a session's number to nobody while anything is in it. When all of it is gone and the attempt lives
/// on in others, the number may become a stranger's, so a leader that is there is looked at.
struct SessionLeaders {
  private var leaders: [Int32: (key: AttemptKey, startTicks: UInt64?)] = [:]

  /// A main process leads a session of its own number.
  mutating func began(_ key: AttemptKey, leader: Int32, startTicks: UInt64?) {
    leaders[leader] = (key, startTicks)
  }

  /// An attempt is over; a session of this number is nobody's from now on.
  mutating func ended(_ key: AttemptKey, leader: Int32) {
    if leaders[leader]?.key == key { leaders[leader] = nil }
  }

  /// The attempt whose session, or whose main process's group, has a number.
  /// - Parameter look: when the process of a number has started, in ticks; nil: there is none.
  func attempt(of number: Int32, look: (Int32) -> UInt64? = { ProcessStat(pid: $0)?.startTicks }) -> AttemptKey? {
    guard let known = leaders[number] else { return nil }
    if let started = known.startTicks, let now = look(number), now != started { return nil }
    return known.key
  }
}
