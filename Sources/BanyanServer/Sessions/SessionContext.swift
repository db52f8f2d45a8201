import BanyanCore
import BanyanWire

/// What every session needs.
struct SessionContext: Sendable {
  let queue: TaskQueue
  let feed: EventFeed
  let tokens: AttemptTokenMint
  let access: Gatekeeper
  let usage: UsageBoard
  let tails: TailArchive
  let meter: RequestMeter
  let version: String
  /// Which server it is, by its data folder.
  let identity: String
  let lease: Int64
  let heartbeat: Int64

  /// The answer to `authenticate` on a connection whose user is known: the token is checked, and has to be that user's.
  func authenticate(_ message: AuthenticateMessage, as principal: Principal, from address: String) -> [UInt8] {
    var answer: [UInt8] = []
    switch access.judge(token: message.token, from: address) {
    case .known(let user) where user.id == principal.user:
      AuthenticatedMessage(id: message.id, user: user.id).encode(into: &answer)
    case .known:
      let refusal = Rejection.field(
        "token", "is another user's, and this connection is \(principal.name)'s already; open another connection")
      ErrorMessage(id: message.id, refusal).encode(into: &answer)
    case .tooMany: ErrorMessage(id: message.id, code: 429, message: access.tooManyRefusal).encode(into: &answer)
    case .unknown, .anonymous: ErrorMessage(id: message.id, code: 401, message: access.refusal).encode(into: &answer)
    }
    return answer
  }
}

extension Role {
  /// Refuses a type of message that this role has no business with, and says so of the role.
  func mayAsk(for type: String) throws(Rejection) {
    let isProviders = ProviderRequest.types.contains(type)
    switch self {
    case .worker where isProviders: throw Rejection(.forbidden, "A worker sends no \(type); a provider does.")
    case .viewer where ProviderRequest.changing.contains(type):
      throw Rejection(.forbidden, "A viewer reads, and changes nothing: \(type) is for a provider.")
    case .provider, .viewer:
      guard !isProviders, WorkerMessage.types.contains(type) else { return }
      throw Rejection(.forbidden, "A \(rawValue) sends no \(type); a worker does.")
    case .worker: return
    }
  }
}
