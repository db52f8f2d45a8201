import Synchronization

/// Counts failed logins by address: after 300 in a minute an address is told to wait. A valid token from there is
/// served all the same, so that a neighbour behind the same address can't lock anybody out.
final class LoginLimiter: Sendable {
  /// Failures in a minute that an address has free.
  static let most = 300
  private static let minute: Int64 = 60_000
  /// Addresses that are remembered at most: a flood from many addresses costs bounded memory.
  private static let mostAddresses = 10_000

  private struct Window {
    var start: Int64
    var failures: Int
  }
  private let windows = Mutex<[String: Window]>([:])
  private let now: @Sendable () -> Int64

  /// - Parameter now: milliseconds on a monotonic clock.
  init(now: @escaping @Sendable () -> Int64) { self.now = now }

  /// Counts a failure; true if the address has had too many.
  func fail(from address: String) -> Bool {
    let time = now()
    return windows.withLock { windows in
      if windows.count >= Self.mostAddresses { windows = windows.filter { time - $0.value.start < Self.minute } }
      if windows.count >= Self.mostAddresses, windows[address] == nil { return true }
      var window = windows[address] ?? Window(start: time, failures: 0)
      if time - window.start >= Self.minute { window = Window(start: time, failures: 0) }
      window.failures += 1
      windows[address] = window
      return window.failures > Self.most
    }
  }
}
