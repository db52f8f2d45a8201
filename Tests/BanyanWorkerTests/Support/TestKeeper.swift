import BanyanCore
import CProcess
import Foundation
import Glibc
import TestSupport
import Testing

@testable import BanyanWorker

/// A real keeper process in a folder of its own, and a worker's connection to it.
///
/// The processes that a keeper ends are the children of its own process: in this one they would be anybody's.
final class TestKeeper {
  let folder: TestFolder
  private(set) var holding = KeeperEvent.Holding(instance: "", attempts: [])
  private var link: KeeperLink?
  private var events = AsyncStream<KeeperEvent>.makeStream().stream.makeAsyncIterator()
  private var pushed: [KeeperEvent] = []

  /// The program that was built beside the tests.
  static let command: [String] = {
    var path = [CChar](repeating: 0, count: 4096)
    let length = readlink("/proc/self/exe", &path, path.count - 1)
    let text = String(decoding: path.prefix(max(0, length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let folder = text.split(separator: "/").dropLast().joined(separator: "/")
    return ["/\(folder)/banyan", KeeperMain.subcommand]
  }()

  /// Connects to the keeper of a folder, starting one where none is.
  init(
    folder: TestFolder = TestFolder(), instance: String = "one", command: [String] = TestKeeper.command
  ) async throws {
    self.folder = folder
    // One that is just ending may have taken the connection: the next try finds that out.
    for _ in 0..<3 {
      let (stream, feed) = AsyncStream<KeeperEvent>.makeStream()
      events = stream.makeAsyncIterator()
      let link = try await KeeperLink.open(folder: folder.path, command: command) { delivery in
        switch delivery {
        case .events(let events): for event in events { feed.yield(event) }
        case .closed: feed.finish()
        }
      }
      self.link = link
      link.send([.attach(instance: instance)])
      if case .holding(let holding) = await events.next() {
        self.holding = holding
        return
      }
    }
    throw Surprise(what: "no holding")
  }

  deinit {
    guard let link else { return }
    // A keeper without a worker ends once nothing of its own lives.
    Task { await link.close() }
  }

  struct Surprise: Error { var what: String }

  func send(_ orders: KeeperOrder...) { link?.send(orders) }

  /// Gives orders in one write.
  func sendAll(_ orders: [KeeperOrder]) { link?.send(orders) }

  func next() async throws -> KeeperEvent {
    guard let event = await events.next() else { throw Surprise(what: "the keeper is gone") }
    return event
  }

  /// Waits until the keeper has closed the connection.
  func untilGone() async {
    while await events.next() != nil {}
  }

  /// The start of an attempt, or how it failed to.
  @discardableResult
  func start(_ order: StartOrder) async throws -> ProcessStart {
    send(.start(order))
    guard case .started(order.key, let start) = try await next(), start.pid != nil else {
      throw Surprise(what: "not started")
    }
    return start
  }

  /// The end of an attempt; those of others are kept for later calls.
  func end(of key: AttemptKey) async throws -> AttemptEnding {
    if let index = pushed.firstIndex(where: { if case .ended(key, _) = $0 { true } else { false } }),
      case .ended(_, let ending) = pushed.remove(at: index)
    {
      return ending
    }
    while true {
      let event = try await next()
      if case .ended(key, let ending) = event { return ending }
      pushed.append(event)
    }
  }

  /// Runs an attempt to its end.
  func run(_ order: StartOrder) async throws -> AttemptEnding {
    send(.start(order))
    return try await end(of: order.key)
  }

  func output(_ order: StartOrder, _ stream: String = "stdout") -> String {
    String(decoding: FileReading.bytes(of: "\(order.logFolder)/\(stream)", limit: 1 << 30) ?? [], as: UTF8.self)
  }

  /// Lets go of the connection, as a worker that is killed does.
  func disconnect() async {
    await link?.close()
    link = nil
  }

  /// The number of the keeper's process, found by its command line.
  func process() throws -> Int32 {
    let wanted = "--state\0\(folder.path)\0"
    for pid in ProcessTable.pids() {
      guard let line = FileReading.bytes(of: "/proc/\(pid)/cmdline") else { continue }
      if String(decoding: line, as: UTF8.self).hasSuffix(wanted) { return pid }
    }
    throw Surprise(what: "no keeper process")
  }
}

extension ProcessStart {
  /// The main process of an attempt that runs.
  var main: Int32 { pid ?? -1 }
}

/// Whether a process is there and not a zombie.
func isAlive(_ pid: Int32) -> Bool { ProcessStat(pid: pid).map { !$0.isZombie } ?? false }

/// Runs what waits in a system call on a thread of its own: those that tasks share would be too few.
func offPool<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
  await withCheckedContinuation { continuation in
    Thread.detachNewThread { continuation.resume(returning: body()) }
  }
}

/// Waits for the end of a process that may be anybody's child.
func untilGone(_ pid: Int32, milliseconds: Int32 = 20_000) async -> Bool {
  await offPool {
    let descriptor = banyan_process_descriptor(pid)
    guard descriptor >= 0 else { return true }
    defer { close(descriptor) }
    var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&waiting, 1, milliseconds) == 1
  }
}

/// Reads a number that a task writes into a named pipe: waiting for it is waiting for the task to be there.
final class TestPipe: Sendable {
  let path: String
  private let descriptor: Int32

  init(_ folder: TestFolder, _ name: String) {
    path = folder(name)
    precondition(mkfifo(path, 0o600) == 0)
    // Open for both: opening waits for nobody, and the end of a writer is no end of file.
    descriptor = open(path, O_RDWR | O_CLOEXEC)
  }

  deinit { close(descriptor) }

  func line() async -> String {
    let descriptor = descriptor
    return await offPool {
      var line: [UInt8] = []
      var byte: UInt8 = 0
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      while poll(&waiting, 1, 20_000) == 1, read(descriptor, &byte, 1) == 1, byte != UInt8(ascii: "\n") {
        line.append(byte)
      }
      return String(decoding: line, as: UTF8.self)
    }
  }

  /// Lets a task go on that reads a line.
  func write(_ line: String) {
    let bytes = Array("\(line)\n".utf8)
    precondition(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
  }

  func number() async -> Int32 { Int32(await line()) ?? -1 }
}
