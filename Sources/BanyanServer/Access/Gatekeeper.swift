import BanyanCore

/// Decides who somebody is, for requests, handshakes and first messages alike.
struct Gatekeeper: Sendable {
  let directory: UserDirectory
  let limiter: LoginLimiter
  /// `--open`: who asks without a token is this provider. Loopback only.
  let openProvider: User?
  /// Counts refused logins by wrong tokens, for the metrics.
  var meter = RequestMeter()

  /// One wording for every refusal: it tells nobody what was wrong with a token.
  let refusal = "A valid token is needed: Authorization: Basic base64(\"TOKEN:\"), or Bearer TOKEN."

  /// What they are told who have guessed too often.
  let tooManyRefusal = "Too many wrong tokens came from this address; wait a minute, or send a valid one."

  /// What a header or a message says.
  enum Verdict: Sendable {
    case known(User)
    /// No token was given.
    case anonymous
    case unknown
    /// Too many failures from this address.
    case tooMany
  }

  /// - Parameters:
  ///   - header: the value of `Authorization`; nil: there is none.
  ///   - address: where the request came from.
  func judge(_ header: String?, from address: String) -> Verdict {
    guard let header else { return openProvider.map(Verdict.known) ?? .anonymous }
    // What can't be read is looked up all the same: it takes the time of a wrong token.
    return judge(token: Authorization.token(header) ?? "", from: address)
  }

  /// Judges a token, as a header or a message brought it. A wrong one is counted against the address.
  func judge(token: String, from address: String) -> Verdict {
    if let user = directory.user(token: token) { return .known(user) }
    return countFailure(from: address) ? .tooMany : .unknown
  }

  /// True if the address has had too many.
  private func countFailure(from address: String) -> Bool {
    let isLimited = limiter.fail(from: address)
    meter.refusedLogin(isLimited: isLimited)
    return isLimited
  }
}
