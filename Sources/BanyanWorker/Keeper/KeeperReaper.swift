import Dispatch
import Glibc

/// Waits for the ends of the keepers that this process started, so that they leave no zombies.
enum KeeperReaper {
  private static let queue = DispatchQueue(label: "banyan.keeper-reaper")

  /// Reaps a process when its descriptor (pidfd) says that it has ended. Takes the descriptor over.
  static func watch(_ pid: pid_t, _ descriptor: Int32) {
    let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
    // The handler keeps the source until it has fired.
    source.setEventHandler {
      waitpid(pid, nil, 0)
      source.cancel()
    }
    source.setCancelHandler { close(descriptor) }
    source.activate()
  }
}
