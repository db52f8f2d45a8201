import Glibc

/// Why a process could not be started, and whose fault it is.
enum LaunchRefusal: Error, Sendable, Hashable {
  /// The task's: it is reported as `could not start (...)`.
  case taskFault(String)
  /// This machine's: the task goes back uncharged.
  case workerFault(String)

  /// The refusal that an error of the system is, where `words` is what it means for the task.
  static func of(_ error: Int32, orTask words: @autoclosure () -> String) -> LaunchRefusal {
    switch error {
    case EMFILE: .workerFault("too many open files")
    case ENFILE: .workerFault("too many open files on the machine")
    case EAGAIN: .workerFault("too many processes")
    case ENOMEM: .workerFault("out of memory")
    case EIO: .workerFault("input or output error")
    default: .taskFault(words())
    }
  }
}
