import BanyanClient
import Glibc

/// The Unix socket in a state folder on which its keeper listens.
struct KeeperSocket: ~Copyable {
  static let name = "keeper.sock"

  private let folder: Int32
  private let path: String

  init(folder path: String) throws {
    self.path = path
    folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw KeeperError("cannot open \(path): \(ErrnoText.of(errno))") }
  }

  deinit { close(folder) }

  /// A connection to whoever listens; nil, with errno, where nobody does.
  func connect() -> Int32? {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    if withAddress({ Glibc.connect(descriptor, $0, $1) }) == 0 { return descriptor }
    let error = errno
    close(descriptor)
    errno = error
    return nil
  }

  /// A socket that listens in the place of one on which nobody does any more.
  func listen() throws -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw KeeperError("cannot make a socket: \(ErrnoText.of(errno))") }
    unlinkat(folder, Self.name, 0)
    guard withAddress({ bind(descriptor, $0, $1) }) == 0, Glibc.listen(descriptor, 8) == 0 else {
      let words = ErrnoText.of(errno)
      close(descriptor)
      throw KeeperError("cannot listen on \(path)/\(Self.name): \(words)")
    }
    return descriptor
  }

  /// The address by way of the open folder: a path of its own would have to fit into 107 bytes.
  private func withAddress(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { room in
      room.copyBytes(from: "/proc/self/fd/\(folder)/\(Self.name)".utf8.prefix(room.count - 1))
    }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}
