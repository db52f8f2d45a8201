import BanyanClient
import BanyanCore
import CProcess
import Glibc

/// Running a tool of the machine for what it prints, for at most some seconds.
struct ToolRun: Sendable {
  var program: String
  var arguments: [String]
  var environment: TextMap
  var patienceMilliseconds: Int64 = 10_000

  /// What it wrote to its standard output, where it ended with status 0.
  func output() -> Result<String, ToolFailure> {
    var ends: [Int32] = [-1, -1]
    let null = open("/dev/null", O_RDWR | O_CLOEXEC)
    guard null >= 0, banyan_pipe(&ends) == 0 else {
      let words = ErrnoText.of(errno)
      if null >= 0 { close(null) }
      return .failure(ToolFailure("cannot make a pipe: \(words)"))
    }
    defer { close(ends[0]) }
    let outcome = CStrings.with(arguments) { arguments in
      CStrings.with(environment.map { "\($0.key)=\($0.value)" }) { environment in
        program.withCString { program in
          var plan = banyan_spawn_plan()
          plan.path = program
          plan.argv = arguments
          plan.envp = environment
          plan.standard = (null, ends[1], null)
          return banyan_spawn(&plan)
        }
      }
    }
    close(ends[1])
    close(null)
    guard outcome.step == Int32(banyan_spawn_step_none.rawValue) else {
      return .failure(ToolFailure("cannot be started: \(ErrnoText.of(outcome.error))"))
    }
    let text = read(ends[0])
    if text == nil { kill(-outcome.pid, SIGKILL) }
    var status: Int32 = 0
    while waitpid(outcome.pid, &status, 0) < 0, errno == EINTR {}
    guard let text else {
      return .failure(ToolFailure("has not answered within \(patienceMilliseconds / 1000) s"))
    }
    guard status == 0 else { return .failure(ToolFailure("failed with status \(status >> 8 & 0xFF)")) }
    return .success(text)
  }

  /// All until the other end is closed; nil: it took too long.
  private func read(_ descriptor: Int32) -> String? {
    let until = banyan_boot_milliseconds() + patienceMilliseconds
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let left = until - banyan_boot_milliseconds()
      guard left > 0 else { return nil }
      let ready = poll(&waiting, 1, Int32(clamping: left))
      if ready < 0, errno == EINTR { continue }
      guard ready > 0 else { return nil }
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(contentsOf: chunk.prefix(count))
    }
  }
}

/// Why a tool told nothing.
struct ToolFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// In words that follow the tool's name, as in "failed with status 1".
  let description: String

  init(_ description: String) { self.description = description }
}
