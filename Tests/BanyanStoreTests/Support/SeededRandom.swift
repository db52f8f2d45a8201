import BanyanCore

/// The same numbers for the same seed.
typealias SeededRandom = SplitMix

extension SplitMix {
  /// As other generators of this project are made.
  init(seed: UInt64) { self.init(state: seed) }
}
