import Yams

/// What is wrong with a YAML file, and where. Whoever reads it knows the file's name.
struct YAMLTrouble: Error {
  var place: TextPlace?
  var message: String
}

/// Reads YAML, with words of its own for what is wrong with it.
enum YAMLReading {
  /// The root of the one document that a text holds; nil: it is empty.
  static func compose(_ text: String, _ source: YAMLSource) throws(YAMLTrouble) -> Node? {
    do {
      // Words stay words; and a hundred thousand of them are not each held against patterns of numbers and dates.
      return try Yams.compose(yaml: text, .basic)
    } catch let error as YamlError {
      throw trouble(error, source)
    } catch {
      throw YAMLTrouble(place: nil, message: "this is not YAML: \(error)")
    }
  }

  // MARK: Merge keys

  /// A key and its value.
  typealias Member = (key: Node, value: Node)

  /// The members of a mapping with those that its merge keys (`<<: *common`) take over: what it says itself goes before
  /// those, and of several mappings the first one.
  /// - Parameter budget: so many members may yet be taken over: of aliases of aliases there may be more than anything holds.
  static func members(of mapping: Node.Mapping, _ budget: inout Int) throws(YAMLTrouble) -> [Member] {
    guard mapping.contains(where: { isMerge($0.key) }) else { return Array(mapping) }
    var own: Set<String> = []
    for (key, _) in mapping { if let word = key.scalar?.string { own.insert(word) } }
    var merged: [Member] = []
    for (key, value) in mapping where isMerge(key) {
      let mappings = value.mapping.map { [$0] } ?? value.sequence?.map(\.mapping) ?? [nil]
      for part in mappings {
        guard let part else {
          throw YAMLTrouble(
            place: (value.mark ?? key.mark).map { TextPlace(line: $0.line, column: $0.column) },
            message: "<<: takes over keys and values, as in `<<: *common`, or a list of such")
        }
        for member in try members(of: part, &budget) {
          guard let word = member.key.scalar?.string, own.insert(word).inserted else { continue }
          budget -= 1
          guard budget > 0 else {
            throw YAMLTrouble(place: nil, message: "<<: takes over too much; write some of it out")
          }
          merged.append(member)
        }
      }
    }
    return merged + mapping.filter { !isMerge($0.key) }
  }

  private static func isMerge(_ key: Node) -> Bool {
    key.scalar.map { $0.string == "<<" && $0.style == .plain } ?? false
  }

  // MARK: What is wrong

  private static let remedy = "a command with quotes, braces or colons is written as a block: `run: |`, and it below"

  private static func trouble(_ error: YamlError, _ source: YAMLSource) -> YAMLTrouble {
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      return trouble(problem, mark, context, source)
    case .duplicatedKeysInMapping(let duplicates, let context):
      let names = duplicates.map { "'\($0)'" }.joined(separator: ", ")
      return YAMLTrouble(place: place(context.mark), message: "the key \(names) stands here twice; keep one")
    case .reader(let problem, _, _, _):
      guard let (place, code) = source.forbidden else {
        return YAMLTrouble(place: nil, message: "this is not YAML: \(problem)")
      }
      let digits = String(code, radix: 16, uppercase: true)
      let name = "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
      return YAMLTrouble(
        place: place,
        message: "the character \(name) can't stand in YAML; take it out, or write \"\\u\(name.dropFirst(2))\"")
    default:
      return YAMLTrouble(place: nil, message: "this is not YAML: \(error)")
    }
  }

  private static func trouble(
    _ problem: String, _ mark: Mark, _ context: YamlError.Context?, _ source: YAMLSource
  ) -> YAMLTrouble {
    let started = context.flatMap { $0.mark.line >= 1 ? $0.mark : nil }
    // The parser notices at the file's end what began here.
    if let started, context?.text.contains("quoted scalar") == true, problem.contains("end of stream") {
      return YAMLTrouble(
        place: place(started), message: "this quote has no end; close it, or write the text as a block (|)")
    }
    if let tab = source.tabbedLine(from: min(started?.line ?? mark.line, mark.line), through: mark.line) {
      return YAMLTrouble(place: tab, message: "a tab stands here; YAML takes blanks alone in front of a line")
    }
    // A place behind the last line is none that an editor could show.
    var message = "this is not YAML: \(problem)"
    if source.line(mark.line).contains("run:") || started.map({ source.line($0.line).contains("run:") }) ?? false {
      message += "; \(remedy)"
    }
    return YAMLTrouble(place: place(mark), message: message)
  }

  private static func place(_ mark: Mark) -> TextPlace { TextPlace(line: mark.line, column: mark.column) }
}
