import ArgumentParser
import BanyanStore

/// Journal and snapshots, with a server and without.
struct SnapshotCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "snapshot", abstract: "What lies in a data folder: take, show, verify, repair, export, import.",
    usage: "banyan snapshot verify --data DIR",
    discussion: """
      `now` asks the server for a snapshot; all others work on the data folder itself and need no server.

      Example: banyan snapshot show --state failed -o ids
      """,
    subcommands: [
      SnapshotNow.self, SnapshotShow.self, SnapshotVerify.self, SnapshotRepair.self, SnapshotExport.self,
      SnapshotImport.self,
    ])
}

/// The flag by which a command finds the data folder.
struct DataOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "The data folder (Snapshots, where that folder stands, else the user's state folder).", valueName: "dir"))
  var data: String?

  /// The folder, of which nothing is changed.
  func reading(_ surroundings: Surroundings) throws -> FolderStore {
    try FolderStore(reading: DataFolder.path(data, surroundings))
  }

  /// The folder, locked: no server works on it meanwhile.
  func locked(_ surroundings: Surroundings) throws -> FolderStore {
    // One that holds nothing is no folder of a server, and must not become one.
    _ = try reading(surroundings)
    return try FolderStore(path: DataFolder.path(data, surroundings))
  }
}
