import BanyanCore
import Logging

/// What routes and sessions share.
struct ServerContext: Sendable {
  let queue: TaskQueue
  let feed: EventFeed
  let snapshotter: Snapshotter
  let usage: UsageBoard
  let forecaster: Forecaster
  let tails: TailArchive
  let meter: RequestMeter
  let audit: AuditLog
  let tokens: AttemptTokenMint
  let gatekeeper: Gatekeeper
  let configuration: ServerConfiguration
  let clock: any Timekeeper
  /// Which server it is, by its data folder.
  let identity: String
  /// When the server started, milliseconds since 1970.
  let started: Int64
  let logger: Logger

  /// What the sessions of sockets need.
  var sessions: SessionContext {
    SessionContext(
      queue: queue, feed: feed, tokens: tokens, access: gatekeeper, usage: usage, tails: tails, meter: meter,
      version: configuration.version, identity: identity,
      lease: configuration.lease, heartbeat: configuration.queue.heartbeat)
  }
}
