import BanyanCore
import Hummingbird

extension ServerContext {
  /// What answers requests.
  func responder() -> some HTTPResponder<BasicRequestContext> {
    let router = Router()
    router.get("/healthz") { _, _ in "ok\n" }
    return router.buildResponder()
  }

  /// Who may open a socket.
  var upgradePolicy: UpgradePolicy {
    { [gatekeeper] handshake in
      if let fault = handshake.fault(path: "/ws") { return .refuse(fault) }
      switch gatekeeper.judge(handshake.authorization, from: handshake.remoteAddress) {
      case .known(let user): return .accept(principal: user, subprotocol: handshake.agreedSubprotocol)
      case .anonymous: return .accept(principal: nil, subprotocol: handshake.agreedSubprotocol)
      case .unknown: return .refuse(RequestError(.unauthorized, gatekeeper.refusal))
      case .tooMany: return .refuse(RequestError(.tooManyRequests, gatekeeper.refusal))
      }
    }
  }
}
