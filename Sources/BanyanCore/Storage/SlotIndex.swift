/// Finds slots by keys that lie in the rows: a hash table of 8 bytes a place (slot and a part of the hash), where a
/// `Dictionary` would keep each key a second time. Open addressing with linear probing; what is taken out is closed up
/// by moving back what follows (Knuth, The Art of Computer Programming 3, 6.4, algorithm R), so that there are no marks.
///
/// In 1,024 pieces, so that growing, and the first change after a copy, touch one piece of a thousandth.
struct SlotIndex: Sendable {
  private static var shardBits: UInt64 { 10 }
  private var shards = ContiguousArray(repeating: Shard(), count: 1 << Int(Self.shardBits))

  fileprivate struct Place: Sendable {
    /// The row whose key this is; `.none`: the place is free.
    var slot: Slot
    var hash: UInt32
  }

  fileprivate struct Shard: Sendable {
    var places: ContiguousArray<Place> = []
    var count = 0
  }

  /// The slot of a key with this hash that the row confirms.
  func find(_ hash: UInt64, where isMatch: (Slot) -> Bool) -> Slot? {
    place(hash, where: isMatch).map { shards[Self.shard(hash)].places[$0].slot }
  }

  /// Adds a slot. Its key must not be there yet.
  mutating func insert(_ slot: Slot, _ hash: UInt64) {
    shards[Self.shard(hash)].insert(Place(slot: slot, hash: UInt32(truncatingIfNeeded: hash)))
  }

  /// Puts another slot in the place of one that is there.
  mutating func replace(_ old: Slot, by slot: Slot, _ hash: UInt64) {
    guard let place = place(hash, where: { $0 == old }) else { return }
    shards[Self.shard(hash)].places[place].slot = slot
  }

  /// Takes a slot out.
  mutating func remove(_ slot: Slot, _ hash: UInt64) {
    guard let place = place(hash, where: { $0 == slot }) else { return }
    shards[Self.shard(hash)].remove(place)
  }

  private static func shard(_ hash: UInt64) -> Int { Int(hash >> (64 - shardBits)) }

  @inline(__always)
  private func place(_ hash: UInt64, where isMatch: (Slot) -> Bool) -> Int? {
    let part = UInt32(truncatingIfNeeded: hash)
    return shards[Self.shard(hash)].places.withUnsafeBufferPointer { places in
      guard !places.isEmpty else { return nil }
      let mask = places.count - 1
      var place = Int(part) & mask
      while places[place].slot != .none {
        if places[place].hash == part, isMatch(places[place].slot) { return place }
        place = (place + 1) & mask
      }
      return nil
    }
  }
}

extension SlotIndex.Shard {
  fileprivate mutating func insert(_ place: SlotIndex.Place) {
    // At most three quarters full.
    if (count + 1) * 4 > places.count * 3 { grow() }
    settle(place)
    count += 1
  }

  private mutating func settle(_ place: SlotIndex.Place) {
    let mask = places.count - 1
    var target = Int(place.hash) & mask
    while places[target].slot != .none { target = (target + 1) & mask }
    places[target] = place
  }

  private mutating func grow() {
    let old = places
    places = ContiguousArray(repeating: SlotIndex.Place(slot: .none, hash: 0), count: max(8, old.count * 2))
    for place in old where place.slot != .none { settle(place) }
  }

  fileprivate mutating func remove(_ place: Int) {
    let mask = places.count - 1
    var hole = place
    var next = (hole + 1) & mask
    while places[next].slot != .none {
      // What lies behind the hole moves into it, unless its own place is between the hole and where it lies.
      let home = Int(places[next].hash) & mask
      if (next &- home) & mask >= (next &- hole) & mask {
        places[hole] = places[next]
        hole = next
      }
      next = (next + 1) & mask
    }
    places[hole].slot = .none
    count -= 1
  }
}
