extension UInt64 {
  /// Every bit of the result hangs on every bit of this: the finalizer of SplitMix64 (Steele, Lea, Flood: Fast Splittable
  /// Pseudorandom Number Generators, 2014). For hashes of numbers that the server makes, and that differ in a few bits.
  var mixed: UInt64 {
    var mixed = self
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
