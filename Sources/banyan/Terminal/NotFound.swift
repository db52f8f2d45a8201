/// Nothing goes by this id or name. Status 66.
struct NotFound: CommandError {
  static let status = CommandStatus.noSuchThing

  let description: String

  init(_ description: String) { self.description = description }
}
