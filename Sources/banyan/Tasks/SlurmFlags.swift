/// Flags of Slurm's `sbatch` in the words of this command, as far as they have a meaning here.
struct SlurmFlags {
  /// What became of a line.
  struct Reading: Hashable {
    /// This command's own flags.
    var flags: [String] = []
    /// Those that mean nothing here, or not all that was asked for.
    var ignored: [String] = []
  }

  /// How a flag is read.
  private enum Meaning {
    /// Another name, the same value.
    case flag(String)
    /// A flag without a value.
    case bare(String)
    /// Its value has to be put into other words; nil: it has none here.
    case value((String) -> [String]?)
  }

  private static let short: [Character: String] = [
    "J": "job-name", "p": "partition", "c": "cpus-per-task", "t": "time", "a": "array", "d": "dependency",
    "D": "chdir", "o": "output", "e": "error", "i": "input", "G": "gpus", "H": "hold", "b": "begin", "n": "ntasks",
    "N": "nodes", "L": "licenses", "W": "wait", "A": "account", "C": "constraint", "w": "nodelist", "x": "exclude",
    "q": "qos", "M": "clusters",
  ]

  /// Flags that need no value.
  private static let bare: Set = [
    "hold", "wait", "exclusive", "requeue", "no-requeue", "overcommit", "contiguous", "parsable", "test-only",
    "verbose",
  ]

  private static func meaning(of name: String) -> Meaning? {
    switch name {
    case "job-name": .flag("--name")
    case "partition": .flag("--queue")
    case "cpus-per-task": .flag("--cores")
    case "array": .flag("--array")
    case "chdir": .flag("--cwd")
    case "input": .value { path($0).map { ["--stdin=\($0)"] } }
    case "output": .value { path($0).map { ["--stdout=\($0)"] } }
    case "error": .value { path($0).map { ["--stderr=\($0)"] } }
    case "mem": .value { size($0).map { ["--memory=\($0)"] } }
    case "time": .value { span($0).map { ["--time-limit=\($0)"] } }
    case "begin": .value { moment($0).map { ["--not-before=\($0)"] } }
    case "dependency": .value(dependency)
    case "gpus", "gpus-per-node", "gpus-per-task": .value { gpus($0).map { ["--gpus=\($0)"] } }
    case "gres":
      .value { text in
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.first == "gpu", !text.contains(",") else { return nil }
        return gpus(parts.count > 1 ? String(parts[1]) : "1").map { ["--gpus=\($0)"] }
      }
    case "licenses":
      .value { text in
        text.split(separator: ",").map { part in
          let pair = part.split(separator: ":", maxSplits: 1)
          return "--resource=\(pair[0])=\(pair.count > 1 ? String(pair[1]) : "1")"
        }
      }
    // One of each is what there always is.
    case "ntasks", "nodes", "ntasks-per-node": .value { $0 == "1" || $0 == "1-1" ? [] : nil }
    case "export": .value(export)
    case "hold": .bare("--hold")
    case "wait": .bare("--wait")
    default: nil
    }
  }

  /// Reads the words of a line.
  static func read(_ words: [String]) -> Reading {
    var reading = Reading()
    var rest = words[...]
    while let word = rest.popFirst() {
      var name: String
      var value: String?
      if word.hasPrefix("--") {
        let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        name = String(parts[0])
        value = parts.count > 1 ? String(parts[1]) : nil
      } else if word.hasPrefix("-"), let letter = word.dropFirst().first {
        name = short[letter] ?? String(letter)
        let tail = word.dropFirst(2)
        if !tail.isEmpty { value = String(tail.hasPrefix("=") ? tail.dropFirst() : tail) }
      } else {
        reading.ignored.append(word)
        continue
      }
      if value == nil, !bare.contains(name), let next = rest.first, !next.hasPrefix("-") {
        value = next
        rest = rest.dropFirst()
      }
      let shown =
        value.map { "\(word.hasPrefix("--") ? "--\(name)=\($0)" : word.contains($0) ? word : "\(word) \($0)")" } ?? word
      switch (meaning(of: name), value) {
      case (.flag(let flag), let value?): reading.flags.append("\(flag)=\(value)")
      case (.bare(let flag), nil): reading.flags.append(flag)
      case (.value(let words), let value?):
        if let words = words(value) { reading.flags += words } else { reading.ignored.append(shown) }
      default: reading.ignored.append(shown)
      }
    }
    return reading
  }

  // MARK: Values

  /// `4G`, and megabytes where no unit stands.
  private static func size(_ text: String) -> String? {
    if text.isEmpty { return nil }
    return text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) ? text + "MiB" : Quantities.fullSize(text)
  }

  /// Slurm's forms: minutes, `MM:SS`, `HH:MM:SS`, `D-HH`, `D-HH:MM`, `D-HH:MM:SS`.
  private static func span(_ text: String) -> String? {
    let halves = text.split(separator: "-", omittingEmptySubsequences: false)
    let parts = (halves.last ?? "").split(separator: ":", omittingEmptySubsequences: false).map { Int64($0) }
    let numbers = parts.compactMap(\.self)
    guard halves.count <= 2, numbers.count == parts.count, numbers.allSatisfy({ (0...1_000_000).contains($0) }) else {
      return nil
    }
    if halves.count == 2 {
      guard let days = Int64(halves[0]), (0...100_000).contains(days), (1...3).contains(numbers.count) else {
        return nil
      }
      let padded = numbers + [0, 0]
      return "\(((days * 24 + padded[0]) * 60 + padded[1]) * 60 + (numbers.count == 3 ? numbers[2] : 0))s"
    }
    switch numbers.count {
    case 1: return "\(numbers[0])m"
    case 2: return "\(numbers[0] * 60 + numbers[1])s"
    case 3: return "\((numbers[0] * 60 + numbers[1]) * 60 + numbers[2])s"
    default: return nil
    }
  }

  private static func moment(_ text: String) -> String? {
    guard text.hasPrefix("now") else { return text }
    if text == "now" { return text }
    let units = [
      ("seconds", "s"), ("second", "s"), ("minutes", "m"), ("minute", "m"), ("hours", "h"), ("hour", "h"),
      ("days", "d"),
      ("day", "d"), ("weeks", nil), ("", "s"),
    ]
    let tail = text.dropFirst(3)
    guard tail.hasPrefix("+") else { return nil }
    let digits = tail.dropFirst().prefix { $0.isNumber }
    guard !digits.isEmpty, let unit = units.first(where: { $0.0 == tail.dropFirst(1 + digits.count) })?.1 else {
      return nil
    }
    return "+\(digits)\(unit)"
  }

  /// Success of others alone can be waited for.
  private static func dependency(_ text: String) -> [String]? {
    var flags: [String] = []
    for part in text.split(separator: ",") {
      let words = part.split(separator: ":")
      guard words.first == "afterok", words.count > 1 else { return nil }
      flags += words.dropFirst().map { "--after=\($0)" }
    }
    return flags.isEmpty ? nil : flags
  }

  /// A number, perhaps behind a type, which workers don't tell apart.
  private static func gpus(_ text: String) -> String? {
    let last = text.split(separator: ":").last.map(String.init) ?? ""
    return Int64(last).map { "\($0)" }
  }

  private static func export(_ text: String) -> [String]? {
    let parts = text.split(separator: ",").map(String.init)
    let pairs = parts.filter { $0.contains("=") }.map { "--env=\($0)" }
    let names = parts.filter { !$0.contains("=") }
    if names.contains("ALL"), names.count > 1 { return nil }
    return (names.isEmpty ? [] : ["--export=\(names.joined(separator: ","))"]) + pairs
  }

  /// The placeholders of Slurm's paths in this command's: `%A` job, `%a` index, `%j` job, `%x` name.
  private static func path(_ text: String) -> String? {
    let places: [Character: String] = ["A": "%j", "j": "%j", "J": "%j", "a": "%i", "x": "%n"]
    var path = ""
    var rest = text[...]
    while let character = rest.popFirst() {
      guard character == "%" else {
        path.append(character)
        continue
      }
      guard let letter = rest.popFirst(), let place = places[letter] else { return nil }
      path += place
    }
    return path
  }
}
