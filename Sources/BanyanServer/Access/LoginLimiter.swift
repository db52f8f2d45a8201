import BanyanWire
import Synchronization

import Glibc

/// Counts failed logins by address: after 300 in a minute an address is told to wait. A valid token from there is
/// served all the same, so that a neighbour behind the same address can't lock anybody out.
///
/// Of an IPv6 address the first 64 bits count: whoever has one has all that begin like it.
final class LoginLimiter: Sendable {
  /// Failures in a minute that an address has free.
  static let maxFailures = 300
  private static let minute: Int64 = 60_000
  private static let second: Int64 = 1_000
  /// Addresses that are remembered at most: a flood from many addresses costs bounded memory.
  private static let maxAddresses = 10_000

  /// What an address failed at, in a minute.
  private struct Failures {
    var start: Int64
    var count: Int
  }
  /// When windows were last looked through for those that are over.
  private let state = Mutex<(windows: [String: Failures], swept: Int64)>(([:], .min))
  private let now: @Sendable () -> Int64

  /// - Parameter now: milliseconds on a monotonic clock.
  init(now: @escaping @Sendable () -> Int64) { self.now = now }

  /// What stands for an address: itself, or the first half of an IPv6 one.
  static func network(of address: String) -> String {
    var numeric = in6_addr()
    guard address.contains(":"), inet_pton(AF_INET6, String(address.prefix { $0 != "%" }), &numeric) == 1 else {
      return address
    }
    let bytes = withUnsafeBytes(of: numeric) { Array($0) }
    // An IPv4 address in the clothes of IPv6 is one address.
    if bytes.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF] { return Hex.text(of: bytes) }
    return Hex.text(of: bytes.prefix(8))
  }

  /// Counts a failure; true if the address has had too many.
  func fail(from address: String) -> Bool {
    let time = now()
    let address = Self.network(of: address)
    return state.withLock { state in
      if state.windows.count >= Self.maxAddresses, time - max(state.swept, -Self.minute) >= Self.second {
        state.windows = state.windows.filter { time - $0.value.start < Self.minute }
        state.swept = time
      }
      if state.windows.count >= Self.maxAddresses, state.windows[address] == nil { return true }
      var window = state.windows[address] ?? Failures(start: time, count: 0)
      if time - window.start >= Self.minute { window = Failures(start: time, count: 0) }
      window.count += 1
      state.windows[address] = window
      return window.count > Self.maxFailures
    }
  }
}
