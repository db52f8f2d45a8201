import Testing

@testable import BanyanCore

struct DoubleInt128Tests {
  @Test func sumsBecomeTheNearestDouble() {
    let exact: [Int128] = [
      0, 1, 1 << 53, -(1 << 53), Int128(Int64.max), Int128(Int64.min), 1 << 64, -(1 << 64), 3 << 90,
    ]
    for sum in exact { #expect(Double(sum: sum) == Double(sum), "\(sum)") }
    // Two roundings instead of one may differ by one step.
    for sum in [Int128.max, .min, (1 << 64) + 12345, (1 << 100) / 7, -(1 << 100) / 7] {
      #expect((Double(sum: sum) / Double(sum) - 1).magnitude <= 0x1p-52, "\(sum)")
    }
  }
}
