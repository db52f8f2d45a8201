/// Something that was typed is wrong: what, and what would be right. Status 64.
struct UsageError: Error, Hashable, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
