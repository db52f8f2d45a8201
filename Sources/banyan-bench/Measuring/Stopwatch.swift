/// Time since it was made.
struct Stopwatch {
  private let start = ContinuousClock.now

  var seconds: Double {
    let passed = ContinuousClock.now - start
    return Double(passed.components.seconds) + Double(passed.components.attoseconds) / 1e18
  }
  var microseconds: Double { seconds * 1e6 }
}
