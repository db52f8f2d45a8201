extension Family {
  /// All that one of its members says: what it shares with the others, with its own name and values in their places.
  /// - Parameters:
  ///   - shared: what the members share now; a change of the whole family makes another one of it.
  ///   - member: its number in the job.
  public func spec(of member: UInt32, from shared: TaskSpec) -> TaskSpec {
    guard shared.isTemplate else { return shared }
    return TaskSpec(owner: shared.owner, fields: fields(of: member, from: shared))
  }

  /// The same as fields, without what they become with an owner.
  func fields(of member: UInt32, from shared: TaskSpec) -> TaskFields {
    var fields = shared.fields
    setPlace(of: member, in: &fields)
    guard let parameters else { return fields }
    let offset = Int(member - firstMember)
    let varying = shared.variation
    guard !varying.isEmpty else { return fields }
    let (names, values) = (parameters.names, parameters.values(at: offset))
    fields.fill(varying) { Placeholders.filled($0, names, values) }
    guard varying.contains(.streamPaths) else { return fields }
    // In these a % begins what the worker fills in; one of a value is itself.
    fields.fillStreamPaths { Placeholders.filled($0, names, values.map(\.withDoubledPercents)) }
    return fields
  }
}

extension Family {
  /// Of all that one of its members says its name and its place in the array alone: what is its own where no text varies.
  func ownFields(of member: UInt32, from shared: TaskSpec) -> TaskFields {
    var fields = TaskFields()
    fields.array = shared.array
    setPlace(of: member, in: &fields)
    return fields
  }

  private func setPlace(of member: UInt32, in fields: inout TaskFields) {
    fields.name = name(of: member)
    guard let parameters else { return }
    let offset = Int(member - firstMember)
    fields.array?.index = parameters.index(at: offset) ?? Int64(offset) + 1
  }
}

extension TaskFields {
  /// Puts each text that may have placeholders through `fill`.
  mutating func fill(_ varying: FamilyVariation, _ fill: (String) -> String) {
    if varying.contains(.work) {
      switch work {
      case .shell(let line): work = .shell(fill(line))
      case .program(let words): work = .program(words.map(fill))
      case nil: break
      }
    }
    if varying.contains(.environment) { environment.fill(fill) }
    if varying.contains(.labels) { labels.fill(fill) }
    if varying.contains(.workingDirectory) { workingDirectory = workingDirectory.map(fill) }
  }

  /// Puts the paths of the streams through `fill`.
  fileprivate mutating func fillStreamPaths(_ fill: (String) -> String) {
    stdinPath = stdinPath.map(fill)
    stdoutPath = stdoutPath.map(fill)
    stderrPath = stderrPath.map(fill)
  }
}

extension String {
  fileprivate var withDoubledPercents: String {
    contains("%") ? split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%%") : self
  }
}

extension TextMap {
  /// Puts each text that may have placeholders through `fill`.
  fileprivate mutating func fill(_ fill: (String) -> String) {
    for (name, text) in self where Placeholders.mayHave(text) { self[name] = fill(text) }
  }
}
