import BanyanCore

/// Braces that stay as they are, and may have been meant for a parameter: `{lrr}` where there is `lr`.
enum PlaceholderRemarks {
  /// So many are told.
  private static let most = 100

  static func remarks(on families: [FamilyDraft]) -> [String] {
    var remarks: [String] = []
    for (place, family) in families.enumerated() {
      guard let parameters = family.parameters else { continue }
      let names = parameters.names
      var told: Set<CodePoints> = []
      for (field, text) in texts(of: family.fields) where Placeholders.mayHave(text) {
        for name in Placeholders.names(in: text) {
          guard !names.contains(where: { $0.isSame(as: name) }), let meant = Spelling.neighbour(of: name, among: names),
            told.insert(CodePoints("\(field) \(name)")).inserted
          else { continue }
          guard remarks.count < most else { return remarks + ["There are more like these."] }
          remarks.append(
            "tasks.\(place).\(field): {\(name)} is no parameter and stays as it is; did you mean {\(meant)}?")
        }
      }
    }
    return remarks
  }

  /// The texts in which placeholders are filled, by their paths.
  private static func texts(of fields: TaskFields) -> [(field: String, text: String)] {
    var texts: [(String, String)] = []
    switch fields.work {
    case .shell(let line): texts.append(("command", line))
    case .program(let words): for (index, word) in words.enumerated() { texts.append(("arguments.\(index)", word)) }
    case nil: break
    }
    for (name, text) in fields.environment { texts.append(("environment.\(name)", text)) }
    for (name, text) in fields.labels { texts.append(("labels.\(name)", text)) }
    let paths: [(String, String?)] = [
      ("working_directory", fields.workingDirectory), ("stdin_path", fields.stdinPath),
      ("stdout_path", fields.stdoutPath), ("stderr_path", fields.stderrPath),
    ]
    for case (let name, let text?) in paths { texts.append((name, text)) }
    return texts
  }
}
