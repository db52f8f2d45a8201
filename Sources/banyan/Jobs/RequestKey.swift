/// Idempotency keys that nobody typed: a request that is sent again, its connection having broken, is done once.
enum RequestKey {
  /// A key that no other request has.
  static func fresh() -> String {
    "banyan-" + String(UInt64.random(in: .min ... .max), radix: 16)
      + String(UInt64.random(in: .min ... .max), radix: 16)
  }
}
