extension Double {
  /// Of a sum. The standard library's own conversion goes through unspecialized generics for `Int128` (Swift 6.3),
  /// which is 300 times as slow, and it is asked for at each claim and each end.
  init(sum: Int128) {
    if let narrow = Int64(exactly: sum) {
      self = Double(narrow)
    } else {
      self = Double(Int64(truncatingIfNeeded: sum >> 64)) * 0x1p64 + Double(UInt64(truncatingIfNeeded: sum))
    }
  }
}
