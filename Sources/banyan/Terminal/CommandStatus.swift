import ArgumentParser
import BanyanClient
import BanyanStore

/// The exit statuses that scripts rely on.
enum CommandStatus: Int32 {
  /// All that was asked for was done, and every task that was waited for succeeded.
  case success = 0
  /// Some of the tasks that were waited for did not succeed, or something failed here.
  case someFailed = 1
  /// What was typed, or a file that was given, is wrong (EX_USAGE of sysexits.h).
  case usage = 64
  /// There is no task, user, worker or file of that name (EX_NOINPUT).
  case noSuchThing = 66
  /// The server can't be reached, or is not up to it.
  case unreachable = 69
  /// The time that was given to wait is over, and what was waited for goes on (EX_TEMPFAIL).
  case notInTime = 75
  /// This user may not do that (EX_NOPERM).
  case notAllowed = 77
  /// Ended by Ctrl-C, as a shell tells it: 128 and the number of SIGINT.
  case interrupted = 130

  /// The status that an error ends the command with.
  init(_ error: any Error) {
    self =
      switch error {
      case let error as any CommandError: type(of: error).status
      case is CancellationError: .interrupted
      case is ServerAddressError: .usage
      case is AccessError: .noSuchThing
      case let error as StoreError: Self.status(of: error.kind)
      case let error as ServerError: Self.status(ofHTTP: error.status)
      case let error as SocketRefusal: Self.status(ofHTTP: error.status)
      case is ConnectionError, is NoServerKnown, is SocketClosure: .unreachable
      default: .someFailed
      }
  }

  private static func status(of kind: StoreError.Kind) -> CommandStatus {
    switch kind {
    case .missing: .noSuchThing
    case .notWritable: .notAllowed
    case .locked: .unreachable
    case .misuse: .usage
    case .full, .damaged, .newerFormat, .failed, .poisoned: .someFailed
    }
  }

  private static func status(ofHTTP status: Int) -> CommandStatus {
    switch status {
    case 401, 403: .notAllowed
    case 404, 410: .noSuchThing
    case 400, 405, 413, 415, 422: .usage
    case 500...: .unreachable
    default: .someFailed
    }
  }

  /// For ArgumentParser, which ends the process with it.
  var exitCode: ExitCode { ExitCode(rawValue) }
}
