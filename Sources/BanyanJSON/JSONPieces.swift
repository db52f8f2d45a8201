/// Cuts a list out of the text of an object, and the list into its elements, without reading what is in them: for lists of
/// very many that are passed on as they came.
public struct JSONPieces: Sendable, Hashable {
  /// Where the elements stand, without the commas between them.
  public let elements: [Range<Int>]
  /// Where the list stands, with its brackets.
  public let list: Range<Int>

  /// Finds the list that is the member `name` of the object that `bytes` are; nil where it isn't there, or where the text
  /// is cut off. What is in an element is not checked: whoever reads it does.
  public init?(of name: String, in bytes: [UInt8]) {
    let found = bytes.withUnsafeBufferPointer { Self.find(Array(name.utf8), in: $0) }
    guard let (list, elements) = found else { return nil }
    self.list = list
    self.elements = elements
  }

  private typealias Text = UnsafeBufferPointer<UInt8>

  private static func find(_ name: [UInt8], in text: Text) -> (Range<Int>, [Range<Int>])? {
    var place = afterSpace(0, text)
    guard place < text.count, text[place] == UInt8(ascii: "{") else { return nil }
    place += 1
    while true {
      place = afterSpace(place, text)
      guard place < text.count, text[place] == UInt8(ascii: "\""), let nameEnd = end(ofString: place, text) else {
        return nil
      }
      let key = text[(place + 1)..<(nameEnd - 1)]
      place = afterSpace(nameEnd, text)
      guard place < text.count, text[place] == UInt8(ascii: ":") else { return nil }
      place = afterSpace(place + 1, text)
      if key.elementsEqual(name) { return elements(ofListAt: place, text) }
      guard let valueEnd = end(ofValue: place, text) else { return nil }
      place = afterSpace(valueEnd, text)
      guard place < text.count, text[place] == UInt8(ascii: ",") else { return nil }
      place += 1
    }
  }

  private static func elements(ofListAt start: Int, _ text: Text) -> (Range<Int>, [Range<Int>])? {
    guard start < text.count, text[start] == UInt8(ascii: "[") else { return nil }
    var elements: [Range<Int>] = []
    var place = afterSpace(start + 1, text)
    if place < text.count, text[place] == UInt8(ascii: "]") { return (start..<(place + 1), []) }
    while place < text.count {
      guard let valueEnd = end(ofValue: place, text), valueEnd > place else { return nil }
      elements.append(place..<valueEnd)
      place = afterSpace(valueEnd, text)
      guard place < text.count else { return nil }
      if text[place] == UInt8(ascii: "]") { return (start..<(place + 1), elements) }
      guard text[place] == UInt8(ascii: ",") else { return nil }
      place = afterSpace(place + 1, text)
    }
    return nil
  }

  /// Behind the value that begins here.
  private static func end(ofValue start: Int, _ text: Text) -> Int? {
    var depth = 0
    var place = start
    while place < text.count {
      switch text[place] {
      case UInt8(ascii: "\""):
        guard let end = end(ofString: place, text) else { return nil }
        place = end
        if depth == 0 { return place }
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if depth == 0 { return place }
        depth -= 1
        if depth == 0 { return place + 1 }
      case UInt8(ascii: ","), 0x20, 0x0A, 0x0D, 0x09: if depth == 0 { return place }
      default: break
      }
      place += 1
    }
    return nil
  }

  /// Behind the quote that closes the string that begins here.
  private static func end(ofString start: Int, _ text: Text) -> Int? {
    var place = start + 1
    while place < text.count {
      switch text[place] {
      case UInt8(ascii: "\""): return place + 1
      case UInt8(ascii: "\\"): place += 2
      default: place += 1
      }
    }
    return nil
  }

  private static func afterSpace(_ start: Int, _ text: Text) -> Int {
    var place = start
    while place < text.count, text[place] <= 0x20 { place += 1 }
    return place
  }
}
