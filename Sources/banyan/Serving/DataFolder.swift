import FoundationEssentials

/// Where a server keeps its journal and its snapshots.
enum DataFolder {
  /// What the flag says; else `Snapshots`, where that folder stands, as in a checkout; else the user's state folder.
  static func chosen(_ flag: String?, _ surroundings: Surroundings) throws -> String {
    let path = try path(flag, surroundings)
    do {
      try FolderMaking.make(path)
    } catch {
      throw UsageError("the data folder \(path) can't be made; name another by --data DIR")
    }
    return path
  }

  /// The same folder, whether it is there or not.
  static func path(_ flag: String?, _ surroundings: Surroundings) throws -> String {
    try flag.map { try surroundings.absolute($0) } ?? standard(surroundings)
  }

  private static func standard(_ surroundings: Surroundings) throws -> String {
    if let here = surroundings.workingDirectory {
      var isFolder = false
      let path = here.hasSuffix("/") ? here + "Snapshots" : here + "/Snapshots"
      if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder { return path }
    }
    if let state = surroundings.environment["XDG_STATE_HOME"], state.hasPrefix("/") { return state + "/banyan" }
    guard let home = surroundings.environment["HOME"], !home.isEmpty else {
      throw UsageError(
        "there is no data folder: HOME is not set, and there is no folder Snapshots here; give --data DIR")
    }
    return home + "/.local/state/banyan"
  }
}
