import BanyanStore
import NIOCore
import NIOPosix

/// A server that could not start, or not go on, in words. Status 69.
struct ServerStartError: CommandError {
  static let status = CommandStatus.unreachable

  let description: String

  init(_ error: any Error, host: String, port: Int, folder: String) {
    switch error {
    case let error as IOError where error.errnoCode == 98 || error.errnoCode == 48:
      description =
        "port \(port) on \(host) is taken by another program; give another by --port, or 0 for a free one"
    case let error as IOError where error.errnoCode == 13:
      description = "port \(port) on \(host) may not be used; give one above 1023 by --port"
    case let error as IOError where error.errnoCode == 99:
      description = "\(host) is no address of this machine; give another by --host"
    case let error as SocketAddressError:
      description = "\(host) can't be listened on: \(error)"
    default:
      description = "\(error)"
    }
  }
}
