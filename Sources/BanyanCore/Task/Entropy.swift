/// Where the core gets what is not in a command: identifiers and random numbers. A value, so that a seed
/// gives the same identifiers and the same jitter in every process.
public struct Entropy: Sendable {
  private var generator: SplitMix
  private let process: UInt64
  private var counter: UInt32

  /// - Parameter seed: any number; a server takes one from the system's random numbers at its start.
  public init(seed: UInt64) {
    generator = SplitMix(state: seed)
    process = generator.next() & 0xFF_FFFF_FFFF
    counter = UInt32(truncatingIfNeeded: generator.next()) & 0xFF_FFFF
  }

  /// A fresh identifier. The counter wraps after 16 million in a second, which no server reaches.
  /// - Parameter now: milliseconds since 1970.
  public mutating func identifier(at now: Int64) -> Identifier {
    counter = (counter + 1) & 0xFF_FFFF
    let seconds = UInt32(clamping: now / 1000)
    return Identifier(seconds: seconds, rest: process << 24 | UInt64(counter))
  }

  /// The first of so many identifiers in a row: each is the one before it with its last bytes counted up. The counter
  /// doesn't wrap within them; where it would, it begins anew.
  /// - Parameters:
  ///   - count: at most 2^23.
  ///   - now: milliseconds since 1970.
  public mutating func identifiers(_ count: Int, at now: Int64) -> Identifier {
    if Int(counter) + count > 0xFF_FFFF { counter = 0 }
    let first = identifier(at: now)
    counter += UInt32(clamping: max(0, count - 1))
    return first
  }

  /// A number in the range, evenly distributed.
  public mutating func number(in range: Range<Int64>) -> Int64 {
    Int64.random(in: range, using: &generator)
  }
}

/// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014): small, seedable, no secrets.
public struct SplitMix: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// A generator that starts from a seed.
  public init(state: UInt64) { self.state = state }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return state.mixed
  }
}
