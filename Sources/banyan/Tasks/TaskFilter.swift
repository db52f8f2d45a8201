import BanyanCore
import BanyanJSON
import BanyanWire

/// What `--state`, `--name`, `--label`, `--owner` (or `--mine`) and `--where` say together, in the language of filters.
struct TaskFilter {
  /// The body of `where`; nil where no flag was given: all tasks.
  let json: JSON?

  init(
    states: [String] = [], name: String? = nil, labels: [String] = [], owner: String? = nil, raw: String? = nil
  ) throws {
    var parts: [JSON] = []
    if !states.isEmpty {
      let filters = try states.flatMap { $0.split(separator: ",") }.map { try Self.filter(forState: String($0)) }
      parts.append(filters.count == 1 ? filters[0] : ["$or": .array(filters)])
    }
    if let name {
      // The task of this name, and those of the graph or the array of this name.
      let members: JSON = ["name": ["$regex": .string("^\(Self.escaped(name))[/\\[]")]]
      parts.append(["$or": [["name": .string(name)], members]])
    }
    for label in labels {
      let (key, value) = try Quantities.pair(label, of: "--label")
      parts.append(.object(["labels.\(key)": .string(value)]))
    }
    if let owner { parts.append(["owner": .string(owner)]) }
    if let raw {
      do {
        parts.append(try JSON(parsing: raw))
      } catch {
        throw UsageError("--where: \(error); give one like {\"priority\": {\"$gt\": 0}}")
      }
    }
    switch parts.count {
    // Not a bare `nil`, which would be JSON's null.
    case 0: json = Optional.none
    case 1: json = parts[0]
    default: json = ["$and": .array(parts)]
    }
  }

  private static let words = ["waiting", "held", "succeeded", "failed", "ended"] + TaskState.allCases.map(\.name)

  private static func filter(forState word: String) throws -> JSON {
    switch word {
    case "waiting": return ["state": ["$in": ["inactive", "available"]]]
    case "succeeded", "success": return ["outcome": "succeeded"]
    case "failed", "failure": return ["outcome": "failed"]
    case "cancelled": return ["outcome": "cancelled"]
    case "ended": return ["state": ["$in": ["terminated", "cancelled"]]]
    case "held": return ["held": true, "state": ["$in": ["inactive", "available"]]]
    default:
      guard TaskState(name: word) != nil else {
        let meant = Spelling.nearest(to: word, among: words).map { "did you mean '\($0)'?" }
        throw UsageError("--state '\(word)' is no state; \(meant ?? "they are \(words.joined(separator: ", "))")")
      }
      return ["state": .string(word)]
    }
  }

  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { escaped, character in
      if "\\^$.|?*+()[]{}".contains(character) { escaped.append("\\") }
      escaped.append(character)
    }
  }
}
