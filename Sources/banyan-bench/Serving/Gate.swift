/// Lets all through at once, when the last one has come, or when one of them is cancelled: then nobody waits for it.
actor Gate {
  private let count: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []
  private var isOpen = false
  /// When the last one came; nil: not yet, or never.
  private(set) var openedAt: ContinuousClock.Instant?

  init(count: Int) { self.count = count }

  /// Waits until as many have arrived as the gate was made for.
  func arrive() async {
    if waiting.count + 1 == count {
      openedAt = ContinuousClock.now
      open()
    }
    guard !isOpen else { return }
    await withTaskCancellationHandler {
      await withCheckedContinuation { waiting.append($0) }
    } onCancel: {
      Task { await self.open() }
    }
  }

  private func open() {
    isOpen = true
    for one in waiting { one.resume() }
    waiting = []
  }
}
