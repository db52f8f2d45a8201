import BanyanCore

/// By which fields a list is sorted: `name,-_created`, or `[("name", 1), ("_created", -1)]`. What they leave equal is
/// in the order of `_id`.
public struct Sort: Sendable {
  struct Key: Sendable {
    let field: ListedField
    let isDescending: Bool
  }

  let keys: [Key]

  private init(keys: [Key]) { self.keys = keys }

  /// The order of a list that nobody sorts.
  public static let byIdentifier = Sort(keys: [])

  /// The order of tasks that nobody sorts: by their jobs, and by their numbers there.
  public static let byPlace = Sort(
    keys: ["job", "member"].map { name in
      Key(
        field: ListedField(path: FieldPath(name: name, rest: [], task: TaskField.named(name), isDate: false)),
        isDescending: false)
    })

  /// Whether it is the order of places, the newest job first, and in it the last member first.
  public var isByPlaceBackwards: Bool {
    keys.map { $0.field.path.name } == ["job", "member"] && keys.allSatisfy(\.isDescending)
  }

  /// Whether it is the order of jobs' numbers, the newest first.
  public var isByNumberBackwards: Bool {
    guard keys.count == 1, let key = keys.first else { return false }
    return key.isDescending && key.field.path.name == "number" && key.field.path.rest.isEmpty
  }

  /// Reads either form; throws an error about the field at `place` where a name or the form is wrong.
  public init(text: String, fields: FieldSet, at place: String = "sort") throws(Rejection) {
    let trimmed = text.drop { $0 == " " }
    let words = trimmed.first == "[" ? try Self.pairs(String(trimmed), at: place) : Self.words(text)
    var keys: [Key] = []
    for (name, isDescending) in words {
      keys.append(Key(field: ListedField(path: try fields.path(name, at: place)), isDescending: isDescending))
    }
    guard !keys.isEmpty, keys.count <= 16 else {
      throw Rejection.field(place, "\(keys.isEmpty ? "no fields" : "more than 16 fields"); \(Self.remedy)")
    }
    self.keys = keys
  }

  private static let remedy = "write name,-_created or [(\"name\", 1), (\"_created\", -1)]"

  private static func words(_ text: String) -> [(String, Bool)] {
    if text.isEmpty { return [] }
    return text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      let word = part.drop { $0 == " " }
      let sign = word.first
      let name = sign == "-" || sign == "+" ? word.dropFirst() : word
      return (String(name.reversed().drop { $0 == " " }.reversed()), sign == "-")
    }
  }

  /// The list of pairs of the language that the first Banyan was written in.
  private static func pairs(_ text: String, at place: String) throws(Rejection) -> [(String, Bool)] {
    var scanner = PairScanner(text)
    guard let pairs = scanner.pairs() else {
      throw Rejection.field(place, "not readable at character \(scanner.place + 1); \(remedy)")
    }
    return pairs
  }

  /// The values that an item is sorted by.
  func values(of item: some Listed) -> [FieldValue] { keys.map { item.listedValue($0.field) } }

  /// What it costs to compare such values once more.
  func cost(_ values: [FieldValue]) -> Int { values.reduce(0) { $0 + 1 + $1.weight } }

  /// Whether one comes before the other, by their values.
  func precedes(_ left: [FieldValue], _ leftID: Identifier, _ right: [FieldValue], _ rightID: Identifier) -> Bool {
    for (index, key) in keys.enumerated() where index < left.count && index < right.count {
      switch left[index].sortingOrder(to: right[index]) {
      case .same: continue
      case .less: return !key.isDescending
      case .more: return key.isDescending
      }
    }
    return leftID < rightID
  }
}

/// Reads `[("name", 1), ('other', -1)]`.
private struct PairScanner {
  private let letters: [Character]
  private(set) var place = 0

  init(_ text: String) { letters = Array(text) }

  mutating func pairs() -> [(String, Bool)]? {
    var pairs: [(String, Bool)] = []
    guard take("[") else { return nil }
    while !take("]") {
      guard pairs.isEmpty || take(",") else { return nil }
      if !pairs.isEmpty, take("]") { break }
      let isRound = take("(")
      guard isRound || take("["), let name = string(), take(",") else { return nil }
      let isDescending = take("-")
      if !isDescending { _ = take("+") }
      guard take("1"), take(isRound ? ")" : "]") else { return nil }
      pairs.append((name, isDescending))
    }
    skipBlanks()
    return place == letters.count ? pairs : nil
  }

  private mutating func skipBlanks() {
    while place < letters.count, letters[place] == " " { place += 1 }
  }

  private mutating func take(_ letter: Character) -> Bool {
    skipBlanks()
    guard place < letters.count, letters[place] == letter else { return false }
    place += 1
    return true
  }

  private mutating func string() -> String? {
    skipBlanks()
    guard place < letters.count, letters[place] == "\"" || letters[place] == "'" else { return nil }
    let quote = letters[place]
    guard let end = letters[(place + 1)...].firstIndex(of: quote) else { return nil }
    defer { place = end + 1 }
    return String(letters[(place + 1)..<end])
  }
}
