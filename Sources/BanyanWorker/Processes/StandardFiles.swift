import BanyanClient
import CProcess
import Glibc

/// The three files that a process starts with.
struct StandardFiles {
  private(set) var input: Int32 = -1
  private(set) var output: Int32 = -1
  private(set) var error: Int32 = -1
  /// Where what it prints can be read, as far as it goes through pipes.
  private(set) var pipes = LogPipes()

  /// Opens the files of an order. Paths that are not absolute lie in `folder`.
  mutating func open(_ order: StartOrder, folder: String) throws(LaunchRefusal) {
    input = try Self.open(
      Self.path(order.stdinPath ?? "/dev/null", in: folder), O_RDONLY, failing: "cannot read standard input from")
    if let path = order.stdoutPath.map({ Self.path($0, in: folder) }) {
      output = try Self.openOutput(path)
    } else {
      pipes.stdout = try Self.pipe(&output)
    }
    if let path = order.stderrPath.map({ Self.path($0, in: folder) }) {
      // One file for both: opened once, or each would write over the other.
      let isShared = order.stdoutPath.map { Self.path($0, in: folder) } == path
      error = isShared ? try Self.copy(output) : try Self.openOutput(path)
    } else {
      pipes.stderr = try Self.pipe(&error)
    }
  }

  /// Closes the ends that the process got.
  mutating func close() {
    for descriptor in [input, output, error] where descriptor >= 0 { Glibc.close(descriptor) }
    (input, output, error) = (-1, -1, -1)
  }

  private static func path(_ path: String, in folder: String) -> String {
    path.hasPrefix("/") ? path : "\(folder)/\(path)"
  }

  /// A file that the task names is made anew, as the shell's `>` does it.
  private static func openOutput(_ path: String) throws(LaunchRefusal) -> Int32 {
    try open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, failing: "cannot write to")
  }

  /// A pipe: its end for writing goes to the process, that for reading is given back, and never waits.
  private static func pipe(_ writing: inout Int32) throws(LaunchRefusal) -> Descriptor {
    var ends: [Int32] = [-1, -1]
    guard banyan_pipe(&ends) == 0 else { throw .of(errno, orTask: ErrnoText.of(errno)) }
    let reading = Descriptor(owning: ends[0])
    let flags = fcntl(reading.number, F_GETFL)
    if flags >= 0 { _ = fcntl(reading.number, F_SETFL, flags | O_NONBLOCK) }
    writing = try above(ends[1])
    return reading
  }

  private static func open(_ path: String, _ flags: Int32, failing words: String) throws(LaunchRefusal) -> Int32 {
    // O_NONBLOCK: opening a named pipe must not make the keeper wait for whoever has its other end.
    let descriptor = Glibc.open(path, flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0o666)
    guard descriptor >= 0 else {
      let error = errno
      throw .of(error, orTask: "\(words) \(path): \(ErrnoText.of(error))")
    }
    let state = fcntl(descriptor, F_GETFL)
    if state >= 0 { _ = fcntl(descriptor, F_SETFL, state & ~O_NONBLOCK) }
    return try above(descriptor)
  }

  private static func copy(_ descriptor: Int32) throws(LaunchRefusal) -> Int32 {
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
    guard copy >= 0 else { throw .of(errno, orTask: ErrnoText.of(errno)) }
    return copy
  }

  /// The same file under a number above 2, which the child's own three can't be in the way of.
  private static func above(_ descriptor: Int32) throws(LaunchRefusal) -> Int32 {
    if descriptor > 2 { return descriptor }
    defer { Glibc.close(descriptor) }
    return try copy(descriptor)
  }
}
