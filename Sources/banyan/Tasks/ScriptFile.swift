import BanyanWire

/// A script with a first line `#!`, as it stood at the submit: how it is run, and the lines in which it says its flags.
struct ScriptFile {
  /// The most bytes: the operating system hands a program no text above 128 KiB, and on the way it may grow by a third.
  static let maxBytes = 90 << 10

  /// The path as it was typed.
  let path: String
  let text: String
  /// What the first line names, and its one argument, if there is one.
  let interpreter: [String]

  /// A line of flags.
  struct FlagLine: Hashable {
    enum Dialect: Hashable { case banyan, slurm }
    var dialect: Dialect
    /// From 1.
    var number: Int
    /// What stands behind the mark, as words of a shell.
    var text: String
  }

  /// - Throws: ``UsageError`` where the text is no script.
  init(text: String, path: String) throws {
    self.path = path
    self.text = text
    guard text.hasPrefix("#!") else {
      throw UsageError("'\(path)' is no graph (.yaml) and no script: a script begins with #!, as in #!/bin/sh")
    }
    let first = InputFile.lines(of: text).first.map { $0.dropFirst(2) } ?? ""
    let words = first.split(maxSplits: 1) { $0 == " " || $0 == "\t" }
    guard let program = words.first, program.hasPrefix("/") else {
      throw UsageError("\(path):1: behind #! stands a program by its whole path, as in #!/bin/sh")
    }
    let rest = words.count > 1 ? Self.trimmed(words[1]) : ""
    interpreter = [String(program)] + (rest.isEmpty ? [] : [rest])
    guard text.utf8.count <= Self.maxBytes else {
      throw UsageError(
        "\(path): \(text.utf8.count) bytes, and at most \(Self.maxBytes) travel; put it where workers can read it, and submit -- \(path)"
      )
    }
    guard !text.utf8.contains(0) else { throw UsageError("\(path): it holds a zero byte, which no text can") }
  }

  /// What it is called: the last part of its path.
  var name: String { path.split(separator: "/").last.map(String.init) ?? path }

  /// The lines with flags, up to the first line that does something.
  var flagLines: [FlagLine] {
    var found: [FlagLine] = []
    for (place, line) in InputFile.lines(of: text).enumerated() {
      let text = Self.trimmed(line[...])
      guard text.isEmpty || text.hasPrefix("#") else { break }
      for (mark, dialect) in [("#BANYAN", FlagLine.Dialect.banyan), ("#SBATCH", .slurm)] {
        guard text.hasPrefix(mark), text.dropFirst(mark.count).first.map({ $0 == " " || $0 == "\t" }) ?? false else {
          continue
        }
        found.append(FlagLine(dialect: dialect, number: place + 1, text: Self.trimmed(text.dropFirst(mark.count))))
      }
    }
    return found
  }

  // MARK: How it runs

  private static let shells: Set = ["sh", "bash", "dash", "zsh", "ksh"]

  /// The program and its arguments that run the text, whatever has become of the file.
  /// - Parameters:
  ///   - arguments: the script's own.
  ///   - parameters: names whose `{name}` would be filled in: the text stays as it is.
  func program(_ arguments: [String], parameters: [String]) -> [String] {
    let isTouched = parameters.contains { text.contains("{\($0)}") }
    let shell = interpreter.count == 1 ? interpreter[0].split(separator: "/").last.map(String.init) ?? "" : ""
    if !isTouched, Self.shells.contains(shell) { return interpreter + ["-c", text, name] + arguments }
    let isEncoded = isTouched
    let decoded = isEncoded ? "printf %s \"$1\" | base64 -d" : "printf %s \"$1\""
    // Written down where it runs, opened, and taken away again: nothing stays behind.
    let line = """
      t=$(mktemp) && \(decoded) >"$t" && exec 9<"$t" && rm -f "$t" || exit 126; shift; exec "$@"
      """
    let body = isEncoded ? Base64.text(of: Array(text.utf8)) : text
    return ["/bin/sh", "-c", line, name, body] + interpreter + ["/dev/fd/9"] + arguments
  }

  private static func trimmed(_ text: Substring) -> String {
    let blank: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" || $0 == "\r\n" }
    return String(text.drop(while: blank).reversed().drop(while: blank).reversed())
  }
}
