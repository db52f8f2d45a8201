import ArgumentParser
import BanyanTerminal

/// The flags that a script says in its first lines: `#BANYAN --cores 4`, and what has a meaning here of `#SBATCH` lines.
struct ScriptFlags {
  /// In the order of the lines, so that a later one goes before an earlier one.
  private(set) var words: [String] = []
  /// What of `#SBATCH` lines means nothing here, in a sentence; nil: all of it means something.
  private(set) var remark: String?

  init(_ script: ScriptFile) throws {
    var ignored: [String] = []
    for line in script.flagLines {
      guard let words = ShellLine.words(line.text) else {
        throw UsageError("\(script.path):\(line.number): a quote has no end; close it")
      }
      switch line.dialect {
      case .banyan:
        try Self.check(words, script, line)
        self.words += words
      case .slurm:
        let reading = SlurmFlags.read(words)
        try Self.check(reading.flags, script, line)
        self.words += reading.flags
        ignored += reading.ignored.map { "\($0) (line \(line.number))" }
      }
    }
    if !ignored.isEmpty {
      remark = "\(script.path): without a meaning here, and left out: \(ignored.joined(separator: ", "))"
    }
  }

  /// A mistake is told with the line that it stands in.
  private static func check(_ words: [String], _ script: ScriptFile, _ line: ScriptFile.FlagLine) throws {
    let place = "\(script.path):\(line.number)"
    if let stray = words.first, !stray.hasPrefix("-") {
      throw UsageError("\(place): '\(stray)' is no flag; flags begin with --")
    }
    do {
      _ = try Banyan.parseAsRoot(["submit", "--unjudged"] + words)
    } catch {
      throw UsageError("\(place): \(ParseTrouble(error, typed: ["submit"] + words).message)")
    }
  }
}
