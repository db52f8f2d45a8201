/// The members of a JSON object, in the order in which they came.
///
/// Few members are searched one by one, which is the fastest; from ``indexedFrom`` on an index is kept.
/// Equality ignores the order, as JSON does.
public struct JSONObject: Sendable {
  /// A member: its key and its value.
  public typealias Element = (key: String, value: JSON)

  /// The number of members from which on lookups go through an index.
  static let indexedFrom = 12

  /// A key, told from others by its bytes: to JSON `é` as one code point and as two are two keys, where a Swift string
  /// takes them for one.
  fileprivate struct MemberKey: Hashable, Sendable {
    var text: String

    static func == (left: MemberKey, right: MemberKey) -> Bool {
      left.text.utf8.count == right.text.utf8.count && left.text.utf8.elementsEqual(right.text.utf8)
    }

    func hash(into hasher: inout Hasher) {
      for byte in text.utf8 { hasher.combine(byte) }
      hasher.combine(text.utf8.count)
    }
  }

  fileprivate struct Member: Sendable {
    var key: String
    var value: JSON
  }

  fileprivate var members: [Member] = []
  private var index: [MemberKey: Int] = [:]

  /// An object without members.
  public init() {}

  /// An object without members that has room for `minimumCapacity` of them.
  public init(minimumCapacity: Int) {
    members.reserveCapacity(minimumCapacity)
  }

  /// The number of members.
  public var count: Int { members.count }

  /// Whether there are no members.
  public var isEmpty: Bool { members.isEmpty }

  /// The keys, in order.
  public var keys: [String] { members.map(\.key) }

  /// The value of the member `key`. Setting an existing one keeps its place; setting `nil` removes it
  /// (which costs the length of the object); to store a `null`, set ``JSON/null``.
  public subscript(key: String) -> JSON? {
    get {
      guard let position = position(of: key) else { return nil }
      return members[position].value
    }
    set {
      switch (position(of: key), newValue) {
      case (let position?, let value?): members[position].value = value
      case (nil, let value?): append(key, value)
      case (let position?, nil): remove(at: position)
      case (nil, nil): break
      }
    }
  }

  /// Adds a member whose key is known to be new: jansson has refused duplicates already.
  mutating func append(_ key: String, _ value: JSON) {
    members.append(Member(key: key, value: value))
    if members.count > Self.indexedFrom {
      index[MemberKey(text: key)] = members.count - 1
    } else if members.count == Self.indexedFrom {
      rebuildIndex()
    }
  }

  private mutating func remove(at position: Int) {
    members.remove(at: position)
    rebuildIndex()
  }

  private mutating func rebuildIndex() {
    index.removeAll(keepingCapacity: true)
    guard members.count >= Self.indexedFrom else { return }
    for (position, member) in members.enumerated() { index[MemberKey(text: member.key)] = position }
  }

  private func position(of key: String) -> Int? {
    let key = MemberKey(text: key)
    if members.count >= Self.indexedFrom { return index[key] }
    return members.firstIndex { MemberKey(text: $0.key) == key }
  }
}

extension JSONObject: Sequence {
  /// Goes through the members in order.
  public struct Iterator: IteratorProtocol {
    private var members: IndexingIterator<[Member]>

    fileprivate init(_ members: [Member]) { self.members = members.makeIterator() }

    /// The next member in the object's order; nil: there was no other.
    public mutating func next() -> (key: String, value: JSON)? {
      guard let member = members.next() else { return nil }
      return (member.key, member.value)
    }
  }

  /// Goes through the members in order.
  public func makeIterator() -> Iterator { Iterator(members) }

  /// The number of members, which is known.
  public var underestimatedCount: Int { members.count }
}

extension JSONObject: Hashable {
  /// Whether both have the same members, in whatever order.
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.count == right.count && left.members.allSatisfy { right[$0.key] == $0.value }
  }

  /// Hashes the members so that their order does not matter.
  public func hash(into hasher: inout Hasher) {
    var sum = 0
    for member in members {
      var one = Hasher()
      one.combine(MemberKey(text: member.key))
      one.combine(member.value)
      sum ^= one.finalize()
    }
    hasher.combine(count)
    hasher.combine(sum)
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  /// An object; of members with the same key the last one stays.
  public init(dictionaryLiteral elements: (String, JSON)...) {
    self.init(minimumCapacity: elements.count)
    for (key, value) in elements { self[key] = value }
  }
}
