import Testing

@testable import BanyanCore

/// The table finds what a dictionary would, whatever comes and goes.
struct SlotIndexTests {
  @Test(arguments: [UInt64(1), 2, 3])
  func agreesWithADictionary(seed: UInt64) {
    var random = SplitMix(state: seed)
    var index = SlotIndex()
    var known: [UInt64: Slot] = [:]
    // Few hashes, all of one piece: keys collide, and rows of full places run around the end.
    let hashes = (0..<200).map { UInt64($0 % 40) | UInt64($0) << 32 & 0xFFFF_FFFF }
    for step in 0..<20_000 {
      let key = UInt64.random(in: 0..<200, using: &random)
      let hash = hashes[Int(key)] & 0x3F
      let found = index.find(hash) { slot in known[key] == slot }
      #expect(found == known[key])
      if let slot = known[key] {
        if step % 3 == 0 {
          index.replace(slot, by: slot + 1000, hash)
          known[key] = slot + 1000
        } else {
          index.remove(slot, hash)
          known[key] = nil
        }
      } else {
        let slot = Slot(step) * 100_000 + Slot(key)
        index.insert(slot, hash)
        known[key] = slot
      }
    }
    for (key, slot) in known { #expect(index.find(hashes[Int(key)] & 0x3F) { $0 == slot } == slot) }
  }
}
