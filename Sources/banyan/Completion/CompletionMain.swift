import BanyanClient
import BanyanTerminal

import Glibc

/// The hidden subcommand that the scripts of the shells call at each press of the key: it prints what may stand at the
/// cursor.
///
/// The first line says what that is: `words`, which follow a line each with a tab and their meaning behind them; or
/// `files`, `folders` or `programs`, which each shell knows best itself.
enum CompletionMain {
  static let subcommand = "__complete"
  /// Nobody waits longer at a prompt.
  private static let limit = Duration.milliseconds(900)

  /// - Parameter arguments: `bash LINE WORD`: the line up to the cursor, and the word there as bash sees it; `zsh WORD...`
  ///   and `fish WORD...`: the words, the program's name among them, up to the one at the cursor.
  static func run(_ arguments: [String]) async -> Never {
    guard let shell = arguments.first else { exit(CommandStatus.usage.rawValue) }
    let rest = Array(arguments.dropFirst())
    let line = shell == "bash" ? TypedLine(rest.first ?? "") : TypedLine(words: rest)
    let plan = CompletionPlan(line)
    var before = ""
    // What bash has taken for words of their own, as at `=`, stays where it is.
    if shell == "bash", rest.count > 1, line.current.hasSuffix(rest[1]) {
      before = String(line.current.dropLast(rest[1].count))
    }
    print(await offered(plan), plan, cutting: before, quoted: shell == "bash")
    exit(0)
  }

  private static func print(
    _ offer: CompletionPlan.Offer, _ plan: CompletionPlan, cutting before: String, quoted: Bool
  ) {
    switch offer {
    case .files: Output.result("files")
    case .folders: Output.result("folders")
    case .programs: Output.result("programs")
    case .words(let candidates):
      Output.result("words")
      for line in lines(candidates, plan, cutting: before, quoted: quoted) { Output.result(line) }
    case .nothing, .known, .knownOrFiles: Output.result("words")
    }
  }

  /// Those that go on from what is there.
  static func lines(
    _ candidates: [CompletionPlan.Candidate], _ plan: CompletionPlan, cutting before: String, quoted: Bool
  ) -> [String] {
    var seen: Set<String> = []
    return candidates.filter { $0.word.hasPrefix(plan.stem) && seen.insert($0.word).inserted }.compactMap { candidate in
      let whole = plan.head + candidate.word
      // A name that would do something to the terminal is not offered.
      guard whole.hasPrefix(before), Escaping.shown(whole) == whole else { return nil }
      let word = String(whole.dropFirst(before.count))
      let meaning = Escaping.shown(candidate.meaning)
      return quoted ? ShellWords.line([word]) : meaning.isEmpty ? word : "\(word)\t\(meaning)"
    }
  }

  /// What the plan says, with what the server knows; nothing, silently, where it doesn't answer in time.
  private static func offered(_ plan: CompletionPlan) async -> CompletionPlan.Offer {
    switch plan.offer {
    case .known(let kind): return .words(await known(kind))
    case .knownOrFiles(let kind):
      let words = await known(kind)
      return words.contains { $0.word.hasPrefix(plan.stem) } && !plan.stem.isEmpty ? .words(words) : .files
    default: return plan.offer
    }
  }

  private static func known(_ kind: CompletionPlan.Kind) async -> [CompletionPlan.Candidate] {
    let (answers, told) = AsyncStream.makeStream(of: [CompletionPlan.Candidate].self)
    // Not as a group: a connection that nobody answers is not waited for.
    let asking = Task {
      do {
        let surroundings = Surroundings.ofProcess()
        let credentials = try Credentials.found(for: .provider, environment: surroundings.environment)
        let http = try HTTPClient(credentials, answerLimit: limit)
        let values = KnownValues { path, query in try await http.json(.get, path, query: query) }
        told.yield(try await values.candidates(kind))
      } catch {
        // At a prompt there is no place for words.
        told.yield([])
      }
    }
    let clock = Task {
      try await Task.sleep(for: limit)
      told.yield([])
    }
    defer {
      asking.cancel()
      clock.cancel()
    }
    var iterator = answers.makeAsyncIterator()
    return await iterator.next() ?? []
  }
}
