/// What was typed beside a graph and changes how it is read: `--set NAME=VALUES`.
struct GraphSettings {
  /// Values by the names of matrix axes and of `params:`, in the order in which they were typed.
  private let all: [(name: String, text: String)]

  init(_ typed: [String] = []) throws {
    all = try typed.map { text in
      let (name, value) = try Quantities.pair(text, of: "--set")
      return (name, value)
    }
  }

  /// None.
  static let none = GraphSettings(all: [])

  private init(all: [(name: String, text: String)]) { self.all = all }

  var names: [String] { all.map(\.name) }

  /// The whole text that was typed for a value; the last one, if there are several.
  func text(of name: String) -> String? { all.last { $0.name.isSame(as: name) }?.text }

  /// What was typed for an axis: values with commas between them, or a range.
  func values(of name: String) throws -> [String]? {
    let texts = all.filter { $0.name.isSame(as: name) }.map(\.text)
    guard !texts.isEmpty else { return nil }
    return try texts.flatMap { text in
      guard ArrayIndices.looksLikeRange(text) else {
        return text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      }
      return try ArrayIndices.parse(text, at: "--set \(name):").values
    }
  }
}
