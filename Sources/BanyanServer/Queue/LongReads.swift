import NIOCore
import NIOPosix

#if os(Linux)
  import Glibc
#endif

/// Threads for what goes through all tasks of a view. They give way to every other thread: on however few cores, nobody
/// who claims or reports waits for somebody's filter; and connections' loops have none of it.
struct LongReads: Sendable {
  /// Of the process.
  static let shared = LongReads(threads: 2)

  private let threads: MultiThreadedEventLoopGroup

  private init(threads count: Int) {
    threads = MultiThreadedEventLoopGroup(numberOfThreads: count)
    #if os(Linux)
      // A thread's priority is its own there.
      for thread in threads.makeIterator() {
        thread.execute { setpriority(numericCast(PRIO_PROCESS.rawValue), 0, 10) }
      }
    #endif
  }

  /// One of the threads, for an actor that reads much.
  var loop: any EventLoop { threads.next() }

  /// Reads, and waits for what was found.
  func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
      threads.next().execute { continuation.resume(returning: body()) }
    }
  }
}
