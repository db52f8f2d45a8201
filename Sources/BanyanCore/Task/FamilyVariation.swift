/// Which texts of what a family's members share have placeholders, and so differ from one member to another. What has none is
/// the same for all of them: it needs no filling, and whoever writes many of them down writes it once.
public struct FamilyVariation: OptionSet, Sendable, Hashable {
  /// As an option set wants it.
  public let rawValue: UInt8

  /// A set of its bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The line for the shell, or words of the program's arguments.
  public static let work = FamilyVariation(rawValue: 1)
  /// Values of variables.
  public static let environment = FamilyVariation(rawValue: 2)
  /// Values of labels.
  public static let labels = FamilyVariation(rawValue: 4)
  /// The folder that a task runs in.
  public static let workingDirectory = FamilyVariation(rawValue: 8)
  /// The files of its streams.
  public static let streamPaths = FamilyVariation(rawValue: 16)

  /// What varies in fields that a family shares.
  init(of fields: TaskFields) {
    self = []
    switch fields.work {
    case .shell(let line): if Placeholders.mayHave(line) { insert(.work) }
    case .program(let words): if words.contains(where: Placeholders.mayHave) { insert(.work) }
    case nil: break
    }
    if fields.environment.contains(where: { Placeholders.mayHave($0.value) }) { insert(.environment) }
    if fields.labels.contains(where: { Placeholders.mayHave($0.value) }) { insert(.labels) }
    if fields.workingDirectory.map(Placeholders.mayHave) ?? false { insert(.workingDirectory) }
    let paths = [fields.stdinPath, fields.stdoutPath, fields.stderrPath]
    if paths.contains(where: { $0.map(Placeholders.mayHave) ?? false }) { insert(.streamPaths) }
  }
}
