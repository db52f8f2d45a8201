import BanyanCore
import BanyanStore

import Glibc

/// What the server is told.
public struct ServerConfiguration: Sendable {
  /// The address that it listens on.
  public var host = "127.0.0.1"
  /// 0 takes a free one.
  public var port = 5100
  /// Journal and snapshots lie here.
  public var dataFolder: String
  /// What all that lies there is read and written with.
  var files: any FileSystem = LocalFileSystem()
  /// When an acknowledged change is safe.
  public var durability = Durability.always
  /// Milliseconds between two snapshots of the state, each of which shortens the next start.
  public var snapshotInterval: Int64 = 300_000
  /// Bytes of the ends of logs that are kept, about: the oldest go.
  public var tailBytes = 512 << 20
  /// Anyone on the machine is a provider. Loopback only.
  public var isOpen = false
  /// How it speaks TLS; nil: it doesn't.
  public var tls: ServerTLS?
  /// Milliseconds that a silent worker on a socket keeps its attempts.
  public var lease: Int64 = 300_000
  /// The same for one that speaks REST only.
  public var restLease: Int64 = 600_000
  /// How long tasks are kept that have ended.
  public var keepFinished = KeepFinished.standard
  /// What stands before every path, as `/queue`; empty: nothing does.
  public var basePath = ""
  /// `/metrics` is read without a token.
  public var hasOpenMetrics = false
  /// How long a task that is next in turn waits before a worker is kept free for it, in milliseconds; nil: none ever is.
  public var reserveAfter: Int64? = 60_000
  /// Whether owners take turns by what they hold (dominant resource fairness); else who came first goes first.
  public var isFair = true
  /// Origins beside the server's own that browsers may come from.
  public var allowedOrigins: [String] = []
  /// Events that are kept for watchers who come back or read slowly.
  var eventCapacity = EventFeed.capacity
  /// What a WebSocket connection may cost, and how long it may be silent.
  var socketLimits = SocketLimits()
  var times = HTTPTimes()
  /// Called when the data folder was read; what it throws ends the start, before anything was made.
  public var onRecovered: @Sendable (Server.Recovered) async throws -> Void = { _ in }
  /// Called with the first users when they were made, before the port is taken: nobody is ever told their tokens again,
  /// should that fail.
  public var onUsersMade: @Sendable ([Server.FirstUser]) async -> Void = { _ in }
  /// SIGTERM and SIGINT end it.
  public var obeysSignals = false
  /// The program's version, which `welcome` and the API's description tell.
  public var version = "1"
  /// Called when the disk failed. Nothing is acknowledged any more then, and the process has to end: only a new start
  /// can tell what the disk holds. Exits with 74 (an error of input or output) by default.
  public var onDiskFailure: @Sendable (StoreError) -> Void = { _ in exit(74) }

  /// The defaults, on this folder.
  public init(dataFolder: String) { self.dataFolder = dataFolder }

  var queue: QueueConfiguration {
    var queue = QueueConfiguration()
    queue.lease = lease
    queue.restLease = restLease
    queue.isOpen = isOpen
    return queue
  }
}
