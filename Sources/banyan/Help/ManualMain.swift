import FoundationEssentials

/// The hidden subcommand that writes the pages of the manual, for the package: `banyan __manual FOLDER`.
enum ManualMain {
  static let subcommand = "__manual"

  static func run(_ arguments: [String]) throws {
    guard let folder = arguments.first, arguments.count == 1 else { throw UsageError("give a folder for the manual") }
    do {
      try FolderMaking.make(folder)
      for page in ManualPage.all(version: Banyan.version) {
        try page.text.write(toFile: "\(folder)/\(page.name).1", atomically: false, encoding: .utf8)
      }
    } catch {
      throw UsageError("the manual can't be written to \(folder): \(error)")
    }
  }
}
