import BanyanCore
import Hummingbird
import Logging
import NIOCore

/// What belongs to one request: where it came from.
struct RestContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// The other side's IP address, or a word where there is none.
  let remoteAddress: String
  /// Whether the other side is there still.
  let presence: ConnectionPresence

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    remoteAddress = source.channel.remoteAddress?.ipAddress ?? "local"
    presence = ConnectionPresence(channel: source.channel)
  }
}
