import CProcess
import Glibc

/// What waits for descriptors to become ready, and names them by tokens that are never used twice: of what was ready at
/// the beginning of a turn some may be closed, and the numbers in use again, before the turn comes to them.
final class Poller {
  /// Names one descriptor for as long as it is watched, and nothing afterwards.
  struct Token: Hashable, Sendable {
    fileprivate let number: UInt64
  }

  private let poller: Descriptor
  private var last: UInt64 = 0

  /// A poller that watches nothing; nil, with errno, where the system makes none.
  init?() {
    let number = banyan_poller()
    guard number >= 0 else { return nil }
    poller = Descriptor(owning: number)
  }

  /// Watches a descriptor for something to read, or its end; nil, with errno, where it can't be watched.
  func watch(_ descriptor: Int32) -> Token? {
    last += 1
    return banyan_watch(poller.number, descriptor, last) == 0 ? Token(number: last) : nil
  }

  /// Watches it for room to write as well, or no longer; false: it can't be.
  func watch(_ descriptor: Descriptor, _ token: Token, forRoom: Bool) -> Bool {
    banyan_watch_for_room(poller.number, descriptor.number, token.number, forRoom ? 1 : 0) == 0
  }

  /// Stops watching a descriptor and lets go of it.
  func close(_ descriptor: Descriptor) {
    if descriptor.number >= 0 { banyan_unwatch(poller.number, descriptor.number) }
    descriptor.close()
  }

  /// Waits until something is ready; empty where a signal came between.
  func wait() -> [Token] {
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 64) { room in
      let count = banyan_wait(poller.number, room.baseAddress, Int32(room.count))
      return room.prefix(max(0, Int(count))).map(Token.init)
    }
  }
}
