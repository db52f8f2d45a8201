import BanyanClient
import CProcess
import Glibc

/// Starting the process of an attempt.
struct Launch: Sendable {
  /// SIGKILL goes to a task's main process when the thread that started it ends: so it is when the keeper is killed.
  var diesWithCaller: Bool
  /// How much likelier a victim a task is when memory runs out than the keeper and the worker.
  var oomScoreAdjustment: Int32 = 500
  /// The soft limit of open files that tasks get; 0: the caller's.
  var openFiles: Int64 = 0

  /// A process that was started.
  struct Started {
    var pid: Int32
    var workingDirectory: String
    /// Where what it prints is to be read.
    var pipes: LogPipes
  }

  /// Starts an attempt's process.
  /// - Parameter group: the open folder of the control group that it starts in; 0: the caller's.
  func start(_ order: StartOrder, group: Int32 = 0) -> Result<Started, LaunchRefusal> {
    do throws(LaunchRefusal) {
      return .success(try attempt(order, group: group))
    } catch {
      return .failure(error)
    }
  }

  private func attempt(_ order: StartOrder, group: Int32) throws(LaunchRefusal) -> Started {
    let folder = try workingDirectory(order)
    let path = order.environment.first { $0.hasPrefix("PATH=") }?.dropFirst(5) ?? ""
    guard let name = order.arguments.first else { throw .taskFault("no such program") }
    let program = try ProgramLookup(searchPath: String(path), folder: folder).find(name).get()

    var files = StandardFiles()
    defer { files.close() }
    try files.open(order, folder: folder)

    let outcome = CStrings.with(order.arguments) { arguments in
      CStrings.with(order.environment) { environment in
        program.withCString { program in
          folder.withCString { folder in
            var plan = banyan_spawn_plan()
            plan.path = program
            plan.argv = arguments
            plan.envp = environment
            plan.working_directory = folder
            plan.standard = (files.input, files.output, files.error)
            plan.dies_with_caller = diesWithCaller ? 1 : 0
            plan.oom_score_adjustment = oomScoreAdjustment
            plan.open_files = openFiles
            plan.niceness = Int32(clamping: order.niceness)
            plan.group = group
            return banyan_spawn(&plan)
          }
        }
      }
    }
    guard outcome.step == Int32(banyan_spawn_step_none.rawValue) else {
      throw refusal(outcome, folder: folder)
    }
    return Started(pid: outcome.pid, workingDirectory: folder, pipes: files.pipes)
  }

  private func workingDirectory(_ order: StartOrder) throws(LaunchRefusal) -> String {
    if let given = order.workingDirectory {
      var status = stat()
      if stat(given, &status) != 0 { throw .workerFault("no such folder: \(given)") }
      guard status.st_mode & S_IFMT == S_IFDIR else { throw .workerFault("not a folder: \(given)") }
      return given
    }
    if let error = Folders.make(order.freshFolder) {
      throw .workerFault("cannot make \(order.freshFolder): \(ErrnoText.of(error))")
    }
    return order.freshFolder
  }

  private func refusal(_ outcome: banyan_spawn_outcome, folder: String) -> LaunchRefusal {
    let error = outcome.error
    switch outcome.step {
    case Int32(banyan_spawn_step_folder.rawValue):
      return .workerFault("cannot enter \(folder): \(ErrnoText.of(error))")
    case Int32(banyan_spawn_step_exec.rawValue):
      return .of(error, orTask: Self.execWords(error))
    default:
      // Forking, the session, the descriptors: never anything that a task could have said otherwise.
      if case .workerFault(let words) = LaunchRefusal.of(error, orTask: "") { return .workerFault(words) }
      return .workerFault(ErrnoText.of(error))
    }
  }

  private static func execWords(_ error: Int32) -> String {
    switch error {
    // The lookup found the file a moment ago: what is missing is what its first line, or its loader, names.
    case ENOENT: "no such interpreter"
    case EACCES, EPERM: "not executable"
    case ENOEXEC: "not a program for this machine, nor a script with a #! line"
    case E2BIG: "arguments and environment too long"
    case ETXTBSY: "the program is being written"
    case ELOOP, ENAMETOOLONG, ENOTDIR: "no such program"
    default: ErrnoText.of(error)
    }
  }
}
