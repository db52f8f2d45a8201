import BanyanClient
import Glibc

/// The keeper as a process: `banyan keeper --state DIR`, started by a worker and by nobody else.
///
/// Its standard input is the Unix socket on which it listens for its worker, so that the worker can connect before the
/// keeper is up. What it has to say goes to standard error.
public enum KeeperMain {
  /// The hidden subcommand of `banyan` that a keeper is.
  public static let subcommand = "keeper"
  /// The journal's name in the state folder.
  static let journalName = "attempts.jsonl"
  /// The lock's name in the state folder.
  static let lockName = "keeper.lock"

  /// Runs a keeper to its end.
  ///
  /// - Parameter arguments: what follows the subcommand's name.
  /// - Returns: the exit status.
  public static func run(arguments: [String]) -> Int32 {
    guard arguments.count == 2, arguments[0] == "--state" else {
      complain("usage: banyan keeper --state DIR (a worker starts it)")
      return 64
    }
    let folder = arguments[1]
    guard chdir(folder) == 0 else {
      complain("cannot enter \(folder): \(ErrnoText.of(errno))")
      return 66
    }
    // Held until this process ends. A former keeper that is just leaving is waited for.
    let lock = open(lockName, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard lock >= 0, flock(lock, LOCK_EX) == 0 else {
      complain("cannot lock \(folder)/\(lockName): \(ErrnoText.of(errno))")
      return 73
    }
    do throws(KeeperError) {
      let keeper = try Keeper(listener: 0, journalPath: journalName, launch: Launch(diesWithCaller: true))
      keeper.run()
      return 0
    } catch {
      complain("\(error)")
      return 71
    }
  }

  /// Says something on standard error.
  static func complain(_ words: String) {
    let line = Array("banyan keeper: \(words)\n".utf8)
    _ = line.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
  }
}
