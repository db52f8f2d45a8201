/// Something that was typed is wrong: what, and what would be right. Status 64.
struct UsageError: CommandError, Hashable {
  static let status = CommandStatus.usage

  let description: String

  init(_ description: String) { self.description = description }
}
