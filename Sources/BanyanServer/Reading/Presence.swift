/// Whether somebody who asked is there still.
protocol Presence: Sendable {
  /// Calls back, soon, if they are gone.
  /// - Parameter isLong: the read has taken so long that who has closed their side of the connection isn't waited for.
  func check(isLong: Bool, _ gone: @escaping @Sendable () -> Void)
}
