internal import CJansson

extension JSONNode {
  /// The elements of a list; none for anything else.
  public struct Elements: Sequence, IteratorProtocol {
    private let list: JSONNode
    private var position = 0

    init(_ list: JSONNode) { self.list = list }

    /// The next element of the list; nil: there was no other.
    public mutating func next() -> JSONNode? {
      guard let element = list[position] else { return nil }
      position += 1
      return element
    }

    /// How many are left, which is known.
    public var underestimatedCount: Int { list.isArray ? list.count - position : 0 }
  }

  /// The members of an object in the order of the text; none for anything else.
  public struct Members: Sequence, IteratorProtocol {
    private let object: JSONNode
    private var place: UnsafeMutableRawPointer?

    init(_ object: JSONNode) {
      self.object = object
      place = json_object_iter(object.json)
    }

    /// The next member of the object; nil: there was no other.
    public mutating func next() -> (key: String, value: JSONNode)? {
      guard let place, let key = json_object_iter_key(place), let value = json_object_iter_value(place) else {
        return nil
      }
      self.place = json_object_iter_next(object.json, place)
      let bytes = UnsafeRawBufferPointer(start: key, count: json_object_iter_key_len(place))
      return (String(decoding: bytes, as: UTF8.self), JSONNode(document: object.document, json: value))
    }
  }

  /// The elements of a list; none for anything else.
  public var elements: Elements { Elements(self) }

  /// The members of an object in the order of the text; none for anything else.
  public var members: Members { Members(self) }

  /// Calls `body` with each element of a list.
  public func forEachElement<Failure: Error>(_ body: (JSONNode) throws(Failure) -> Void) throws(Failure) {
    for element in elements { try body(element) }
  }

  /// Calls `body` with each member of an object.
  public func forEachMember<Failure: Error>(_ body: (String, JSONNode) throws(Failure) -> Void) throws(Failure) {
    for (key, value) in members { try body(key, value) }
  }
}
