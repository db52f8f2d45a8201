import NIOConcurrencyHelpers

/// Ends a client that goes on connecting: a test that fails should end.
final class AttemptLimit: Sendable {
  struct TooMany: Error {}

  private let made = NIOLockedValueBox(0)

  func count() throws {
    let count = made.withLockedValue { made in
      made += 1
      return made
    }
    if count > 20 { throw TooMany() }
  }
}
