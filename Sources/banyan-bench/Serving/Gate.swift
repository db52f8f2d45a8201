/// Lets all through at once, when the last one has come.
actor Gate {
  private let count: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []
  private var opened: ContinuousClock.Instant?

  init(count: Int) { self.count = count }

  /// Waits for the others.
  func arrive() async {
    if waiting.count + 1 == count {
      opened = ContinuousClock.now
      for one in waiting { one.resume() }
      waiting = []
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }

  /// When the last one came.
  var openedAt: ContinuousClock.Instant? { opened }
}
