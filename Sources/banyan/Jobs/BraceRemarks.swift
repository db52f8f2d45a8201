import BanyanCore

/// Braces that stay as they are and were perhaps meant for a value: GNU parallel's `{1}`, `{j}` where no axis is called so.
enum BraceRemarks {
  /// So many are told.
  private static let most = 5
  /// What other programs have in braces: awk's actions.
  private static let others: Set = ["print", "next", "exit", "getline"]
  /// GNU parallel's and HyperQueue's own.
  private static let foreign = ["{.}", "{/}", "{//}", "{/.}", "{#}", "{%}"]

  /// A sentence for each.
  static func remarks(on families: [TaskForm]) -> [String] {
    var remarks: [String] = []
    for form in families {
      var told: Set<CodePoints> = []
      let known = form.parameters?.names ?? []
      for text in texts(of: form) where Placeholders.mayHave(text) {
        for name in Placeholders.names(in: text)
        where isMeant(name, known) && !isShells(name, in: text) && told.insert(CodePoints(name)).inserted {
          remarks.append(sentence("{\(name)}", form, known))
        }
        for brace in foreign where text.contains(brace) && told.insert(CodePoints(brace)).inserted {
          remarks.append(sentence(brace, form, known))
        }
        if text.contains("{}"), isProgram(form), !known.isEmpty, told.insert("{}").inserted {
          remarks.append(sentence("{}", form, known))
        }
      }
    }
    guard remarks.count > most else { return remarks }
    return remarks.prefix(most) + ["and \(remarks.count - most) more braces that name no parameter"]
  }

  /// Whether it may have been a parameter's name: a number is one nowhere else; a word where the task has parameters.
  private static func isMeant(_ name: String, _ known: [String]) -> Bool {
    guard !known.contains(where: { $0.isSame(as: name) }) else { return false }
    if name.utf8.allSatisfy({ (0x30...0x39).contains($0) }) { return true }
    return !known.isEmpty && ExportedEnvironment.isName(name) && !others.contains(name)
  }

  /// Whether a name stands in braces as the shell's alone: `${name}`.
  private static func isShells(_ name: String, in text: String) -> Bool {
    !text.replacing("${\(name)}", with: "").contains("{\(name)}")
  }

  private static func sentence(_ brace: String, _ form: TaskForm, _ known: [String]) -> String {
    let title = form.name.map { "\($0): " } ?? ""
    let remedy =
      known.isEmpty
      ? "it has no parameters (--array, --each, or `matrix:` in a graph give some)"
      : "its parameters are \(known.map { "{\($0)}" }.joined(separator: ", "))"
    return "\(title)\(brace) is no parameter and stays as it is; \(remedy)"
  }

  private static func isProgram(_ form: TaskForm) -> Bool {
    if case .program = form.work { true } else { false }
  }

  private static func texts(of form: TaskForm) -> [String] {
    switch form.work {
    case .shell(let line): [line]
    // A script's own text is nobody's place for values.
    case .program(let words): form.isScript ? [] : words
    case nil: []
    }
  }
}
