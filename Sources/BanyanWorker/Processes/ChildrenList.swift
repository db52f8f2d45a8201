import Glibc

/// The children of the thread that made it, which are the process's where it has one thread.
///
/// The kernel's list is kept open: a keeper reads it with every end of a process.
struct ChildrenList {
  private let descriptor: Int32
  private let caller: Int32

  init() {
    descriptor = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC)
    caller = getpid()
  }

  /// The children now. The list may miss one while another ends; whoever asks again sees it.
  func read() -> [Int32] {
    guard descriptor >= 0, lseek(descriptor, 0, SEEK_SET) == 0,
      let bytes = FileReading.bytes(from: descriptor, limit: 1 << 24)
    else { return ProcessTable.read().processes.values.filter { $0.parent == caller }.map(\.pid) }
    return bytes.split(separator: 0x20).compactMap { Int32(String(decoding: $0, as: UTF8.self)) }
  }
}
