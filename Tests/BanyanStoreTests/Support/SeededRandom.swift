import BanyanCore

/// The same numbers for the same seed.
typealias SeededRandom = SplitMix

extension SplitMix {
  init(seed: UInt64) { self.init(state: seed) }
}
