import BanyanClient
import CProcess
import Glibc

/// The program that a keeper is, and how it is started.
struct KeeperProgram: Sendable {
  static let logName = "keeper.log"

  /// The program and its first arguments.
  var command: [String]
  /// The state folder of the worker, in which the keeper has its socket and its journal.
  var folder: String

  /// Starts a keeper that listens on `listener`, which is closed here. It leads a session of its own: neither Ctrl-C in
  /// the worker's terminal nor the worker's end reaches it.
  func start(listener: Int32) throws {
    defer { close(listener) }
    guard let program = command.first else { throw KeeperError("the keeper's command is empty") }
    let log = open("\(folder)/\(Self.logName)", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard log >= 0 else {
      throw KeeperError("cannot write \(folder)/\(Self.logName): \(ErrnoText.of(errno))")
    }
    defer { close(log) }
    let arguments = ["banyan"] + command.dropFirst() + ["--state", folder]
    let outcome = CStrings.with(arguments) { arguments in
      CStrings.with(Self.environment()) { environment in
        program.withCString { program in
          var plan = banyan_spawn_plan()
          plan.path = program
          plan.argv = arguments
          plan.envp = environment
          plan.standard = (listener, log, log)
          return banyan_spawn(&plan)
        }
      }
    }
    guard outcome.step == Int32(banyan_spawn_step_none.rawValue) else {
      throw KeeperError("cannot start the keeper \(program): \(ErrnoText.of(outcome.error))")
    }
    Self.reap(outcome.pid)
  }

  /// Tasks can read their parent's environment, so the keeper has nothing in it but what its own start needs.
  private static func environment() -> [String] {
    let names = ["PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "TMPDIR"]
    return names.compactMap { name in
      getenv(name).map { value in "\(name)=\(String(cString: value))" }
    }
  }

  /// Takes a keeper's end off the list of this process's children, whenever it comes.
  private static func reap(_ pid: pid_t) {
    let descriptor = banyan_process_descriptor(pid)
    guard descriptor >= 0 else { return }
    KeeperReaper.watch(pid, descriptor)
  }
}
