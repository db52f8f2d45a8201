import BanyanCore
import BanyanJSON

/// What people call tasks that a text names by their identifiers: nobody knows 24 digits.
struct TaskNames: Sendable {
  /// So many are asked about.
  private static let maxAsked = 128

  /// By identifier.
  let names: [String: String]

  init(names: [String: String] = [:]) { self.names = names }

  /// What people call these.
  init(of views: [TaskView]) { names = Dictionary(views.map { ($0.id, $0.label) }) { first, _ in first } }

  /// The identifiers that stand in texts, each once.
  static func identifiers(in texts: [String]) -> [String] {
    var found: [String] = []
    var seen: Set<String> = []
    for text in texts {
      for word in words(text) where seen.insert(word).inserted { found.append(word) }
    }
    return found
  }

  /// Asks the server for the names of all tasks that stand in texts; those that are no more keep their identifiers.
  static func fetched(in texts: [String], _ ask: JobReading.Asking) async throws -> TaskNames {
    let ids = identifiers(in: texts).prefix(maxAsked)
    guard !ids.isEmpty else { return TaskNames() }
    let filter: JSON = ["_id": ["$in": .array(ids.map(JSON.string))]]
    let answer = try await ask(
      "/tasks",
      [
        ("where", filter.encodedString()), ("max_results", "\(maxAsked)"), ("replaced", "true"),
        ("projection", #"{"_id": 1, "name": 1, "state": 1, "job": 1, "member": 1}"#),
      ])
    return TaskNames(of: (answer["_items"]?.array ?? []).compactMap { TaskView($0) })
  }

  /// The text with names in the places of identifiers.
  func applied(to text: String) -> String {
    guard !names.isEmpty else { return text }
    var text = text
    for word in Self.words(text) {
      if let name = names[word] { text = Self.replacing(word, by: name, in: text) }
    }
    return text
  }

  private static func words(_ text: String) -> [String] {
    guard text.utf8.count >= 24 else { return [] }
    return text.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }.map(String.init)
      .filter { $0.utf8.count == 24 && Identifier.looksLikeOne($0) }
  }

  private static func replacing(_ word: String, by name: String, in text: String) -> String {
    let (bytes, wanted) = (Array(text.utf8), Array(word.utf8))
    var shown: [UInt8] = []
    var place = 0
    while place < bytes.count {
      if bytes[place...].starts(with: wanted) {
        shown += Array(name.utf8)
        place += wanted.count
      } else {
        shown.append(bytes[place])
        place += 1
      }
    }
    return String(decoding: shown, as: UTF8.self)
  }
}
