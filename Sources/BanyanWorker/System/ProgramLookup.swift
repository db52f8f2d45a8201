import Glibc

/// Finding a program's file as the shell does, so that what goes wrong can be told in words.
struct ProgramLookup: Sendable, Hashable {
  /// The `PATH` of the task.
  var searchPath: String
  /// The folder that the task runs in, for names that are relative to it.
  var folder: String

  /// The file that `program` names.
  func find(_ program: String) -> Result<String, LaunchRefusal> {
    if program.isEmpty { return .failure(.taskFault("no such program")) }
    if program.utf8.contains(UInt8(ascii: "/")) { return judge(absolute(program)) }
    var refusal = LaunchRefusal.taskFault("no such program")
    for entry in searchPath.split(separator: ":", omittingEmptySubsequences: false) {
      let candidate = absolute(entry.isEmpty ? "./\(program)" : "\(entry)/\(program)")
      switch judge(candidate) {
      case .success(let found): return .success(found)
      case .failure(let reason):
        // "Not executable" says more than "no such program" does of the folders that come after it.
        if reason != .taskFault("no such program") { refusal = reason }
      }
    }
    return .failure(refusal)
  }

  private func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : "\(folder)/\(path)"
  }

  private func judge(_ path: String) -> Result<String, LaunchRefusal> {
    var status = stat()
    guard stat(path, &status) == 0 else {
      return .failure(errno == EACCES ? .taskFault("not executable") : .taskFault("no such program"))
    }
    if status.st_mode & S_IFMT == S_IFDIR { return .failure(.taskFault("a folder, not a program")) }
    guard access(path, X_OK) == 0 else { return .failure(.taskFault("not executable")) }
    return .success(path)
  }
}
