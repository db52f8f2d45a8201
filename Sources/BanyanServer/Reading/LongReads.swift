import BanyanCore
import BanyanWire
import NIOCore
import NIOPosix
import ServiceLifecycle

import Glibc

/// Where whatever goes through many things is done: lists, filters, figures. These threads give way to every other
/// thread: on however few cores, nobody who claims or reports waits for somebody's filter; and connections' loops and
/// the queue's have none of it.
///
/// Nobody waits long for another's read either. A read has a thread of its own, and few of them work at a time: behind
/// some milliseconds of work each lets the next one go on, the askers in turn, and of an asker its reads in turn. A
/// short list waits behind a moment of each long one, however long those are.
struct LongReads: Sendable {
  /// The one of the process: all servers in it share the machine's cores.
  static let shared = LongReads(lanes: 2)

  /// Who reads, for fair turns, and whether there is still somebody to be answered.
  struct Asker: Sendable {
    let user: UserID
    /// nil: nobody looks whether they are there still.
    var presence: Presence?
  }

  /// The most reads of one user that have begun; more wait for these.
  static let maxPerUser = 8
  /// The most reads that have begun, of all users: each blocks a thread.
  private static let maxThreads = 64

  private let turns: ReadingTurns
  private let threads: NIOThreadPool
  private let board: MultiThreadedEventLoopGroup

  init(lanes: Int) {
    turns = ReadingTurns(lanes: lanes, maxPerUser: Self.maxPerUser)
    threads = NIOThreadPool(numberOfThreads: Self.maxThreads)
    threads.start()
    board = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    board.next().execute { Self.lowerPriority() }
  }

  /// A thread for an actor that reads much, on behalf of everybody.
  var loop: any EventLoop { board.next() }

  /// Reads, and waits for what was found. The work ends early, by a throw out of its effort, when the asker is gone,
  /// the server stops, or it came to more steps than a request may take.
  func run<Value: Sendable>(
    for asker: Asker, maxSteps: Int = Effort.maxSteps, slice: Int = Effort.slice,
    _ body: @escaping @Sendable (Effort) throws(Rejection) -> Value
  ) async throws(Rejection) -> Value {
    let read = Read(asker)
    let result: Result<Value, Rejection> = await withTaskCancellationHandler {
      await withGracefulShutdownHandler {
        await withCheckedContinuation { continuation in
          begin(read) {
            let effort = Effort(maxSteps: maxSteps, slice: slice) { () throws(Rejection) in try turns.pass(read) }
            do throws(Rejection) {
              try read.check()
              continuation.resume(returning: .success(try body(effort)))
            } catch {
              continuation.resume(returning: .failure(error))
            }
          }
        }
      } onGracefulShutdown: {
        read.end(Rejection(.unavailable, "The server is shutting down."))
      }
    } onCancel: {
      read.end(Read.gone)
    }
    return try result.get()
  }

  private func begin(_ read: Read, _ work: @escaping @Sendable () -> Void) {
    let job: @Sendable () -> Void = { [turns] in
      turns.acquireLane(for: read)
      work()
      turns.releaseLane()
    }
    turns.enter(read.asker.user, job).map(start)
  }

  /// A thread takes a read, and behind it what its asker has waiting.
  private func start(_ user: UserID, _ job: @escaping @Sendable () -> Void) {
    threads.submit { _ in
      Self.lowerPriority()
      var next: (@Sendable () -> Void)? = job
      while let job = next {
        job()
        next = turns.leave(user)
      }
    }
  }

  /// Lets the threads that answer requests go first where processors are scarce.
  private static func lowerPriority() {
    // A thread's priority is its own there.
    setpriority(numericCast(PRIO_PROCESS.rawValue), 0, 10)
  }
}
