import BanyanCore
import BanyanJSON

extension JSONArrayWriter {
  mutating func append(id: Identifier) {
    append(plain: Identifier.length) { id.write(to: $0) }
  }

  /// A list; null where it is empty, which jansson writes three times faster.
  mutating func append(ids: [Identifier]) {
    if ids.isEmpty { return appendNull() }
    array { list in
      for id in ids { list.append(id: id) }
    }
  }

  /// A list; null where it is empty.
  mutating func append(numbers: [Int64]) {
    if numbers.isEmpty { return appendNull() }
    array { list in
      for number in numbers { list.append(number) }
    }
  }

  /// A figure; what is no number is none.
  mutating func append(real: Double?) {
    if let real, real.isFinite { append(real) } else { appendNull() }
  }
}

extension JSONObjectWriter {
  /// The members of a dictionary, sorted, so that the same value is always the same text.
  mutating func set(_ key: StaticString, sorted texts: TextMap) {
    if texts.isEmpty { return }
    object(key) { object in
      for (name, text) in texts { object.set(dynamicKey: name, text) }
    }
  }
}

extension JSONNode {
  /// An optional member of a known kind.
  func member<Value>(
    _ key: StaticString, _ kind: String, _ read: (JSONNode) -> Value?
  ) throws(RecordError) -> Value? {
    try self[key]?.value(key, kind, read)
  }

  /// An element of a list; nil where it is null, or the list is shorter.
  func element<Value>(_ place: Int, _ kind: String, _ read: (JSONNode) -> Value?) throws(RecordError) -> Value? {
    guard let node = self[place], !node.isNull else { return nil }
    guard let value = read(node) else {
      throw RecordError("element \(place) is \(node.kindName), \(kind) should be there")
    }
    return value
  }

  func text(_ key: StaticString) throws(RecordError) -> String? {
    try member(key, "a string") { $0.string }
  }

  func number(_ key: StaticString) throws(RecordError) -> Int64? {
    try member(key, "an integer") { $0.integer }
  }

  /// Its own value, which is of a known kind.
  /// - Parameter key: what it is called in what holds it.
  func value<Value>(
    _ key: StaticString, _ kind: String, _ read: (JSONNode) -> Value?
  ) throws(RecordError) -> Value {
    guard let value = read(self) else { throw RecordError("\(key) is \(kindName), \(kind) should be there") }
    return value
  }

  /// The strings of a list; nil: it is no such list.
  var texts: [String]? {
    guard isArray else { return nil }
    var texts: [String] = []
    for element in elements {
      guard let text = element.string else { return nil }
      texts.append(text)
    }
    return texts
  }

  /// The members of an object of strings; nil: it is no such object.
  var textMap: TextMap? {
    guard isObject else { return nil }
    var texts: [(String, String)] = []
    for (name, value) in members {
      guard let text = value.string else { return nil }
      texts.append((name, text))
    }
    return TextMap(texts)
  }

  func required<Value>(_ key: StaticString, _ value: Value?) throws(RecordError) -> Value {
    guard let value else { throw RecordError("\(key) is missing") }
    return value
  }
}
