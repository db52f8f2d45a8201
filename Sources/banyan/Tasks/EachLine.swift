import BanyanJSON

/// A task for each line of a file.
enum EachLine {
  /// A line becomes the last argument (of a shell line: `$1`); a JSON object's fields become variables instead. Empty
  /// lines make nothing.
  static func forms(of form: TaskForm, lines: [String]) throws -> [TaskForm] {
    var forms: [TaskForm] = []
    for (index, line) in lines.enumerated() where !line.isEmpty {
      guard forms.count < ArrayIndices.maxCount else {
        throw UsageError("--each: more than \(ArrayIndices.maxCount) lines, which is the most that one request makes")
      }
      var one = form
      if line.hasPrefix("{") {
        for (name, value) in try variables(line, number: index + 1) { one.environment[name] = value }
      } else {
        switch form.work {
        case .program(let words): one.work = .program(words + [line])
        case .shell(let command): one.work = .program(["/bin/sh", "-c", command, "sh", line])
        case nil: break
        }
      }
      if let name = form.name { one.name = "\(name)[\(index + 1)]" }
      one.array = (name: form.name ?? "each", index: Int64(index + 1))
      forms.append(one)
    }
    return forms
  }

  private static func variables(_ line: String, number: Int) throws -> [(String, String)] {
    let object: JSONObject?
    do {
      object = try JSON(parsing: line).object
    } catch {
      throw UsageError("--each: line \(number) begins like a JSON object and is none: \(error)")
    }
    return (object ?? [:]).map { key, value in
      switch value {
      case .string(let text): (key, text)
      default: (key, value.encodedString())
      }
    }
  }
}
