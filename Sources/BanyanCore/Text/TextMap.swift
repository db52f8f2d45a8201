/// Texts by name, as labels and environments are: names are told apart by their code points, and stand in that order.
public struct TextMap: Hashable, Sendable, Sequence, ExpressibleByDictionaryLiteral {
  /// A name and its text.
  public typealias Element = (key: String, value: String)

  private var names: [CodePoints] = []
  private var texts: [CodePoints] = []

  /// A map without any names.
  public init() {}

  /// Of a name that comes twice the last text stands.
  public init(dictionaryLiteral elements: (String, String)...) { self.init(elements) }

  /// Of a name that comes twice the last text stands.
  public init(_ pairs: some Sequence<(String, String)>) {
    var numbered: [(name: CodePoints, place: Int, text: CodePoints)] = []
    for (name, text) in pairs { numbered.append((CodePoints(name), numbered.count, CodePoints(text))) }
    numbered.sort { ($0.name, $0.place) < ($1.name, $1.place) }
    for (name, _, text) in numbered {
      if names.last == name {
        texts[texts.count - 1] = text
      } else {
        names.append(name)
        texts.append(text)
      }
    }
  }

  /// How many there are.
  public var count: Int { names.count }
  /// Whether it has no names.
  public var isEmpty: Bool { names.isEmpty }

  /// The text of a name; nil: there is none.
  public subscript(name: String) -> String? {
    get {
      let place = place(of: CodePoints(name))
      return place < names.count && names[place] == CodePoints(name) ? texts[place].text : nil
    }
    set {
      let key = CodePoints(name)
      let place = place(of: key)
      let isThere = place < names.count && names[place] == key
      switch newValue {
      case let text? where isThere: texts[place] = CodePoints(text)
      case let text?:
        names.insert(key, at: place)
        texts.insert(CodePoints(text), at: place)
      case nil where isThere:
        names.remove(at: place)
        texts.remove(at: place)
      case nil: break
      }
    }
  }

  /// Where a name stands, or would stand.
  private func place(of name: CodePoints) -> Int {
    var (low, high) = (0, names.count)
    while low < high {
      let middle = (low + high) / 2
      if names[middle] < name { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// In the order of the names.
  public func makeIterator() -> AnyIterator<Element> {
    var place = 0
    return AnyIterator {
      guard place < names.count else { return nil }
      defer { place += 1 }
      return (names[place].text, texts[place].text)
    }
  }
}
