import BanyanCore
import Synchronization
import Testing

@testable import BanyanServer

@Suite struct GatekeeperTests {
  static let users = [Role.provider, .worker, .viewer].enumerated().map { number, role in
    User(
      id: UserID(seconds: 1, rest: UInt64(number)), name: role.rawValue, role: role,
      tokenHash: TokenDigest.hash("token of \(role)"))
  }

  static func gatekeeper(isOpen: Bool = false, now: @escaping @Sendable () -> Int64 = { 0 }) -> Gatekeeper {
    let directory = UserDirectory()
    directory.replace(with: users)
    return Gatekeeper(
      directory: directory, limiter: LoginLimiter(now: now), openProvider: isOpen ? users.first : nil)
  }

  static func verdict(_ gatekeeper: Gatekeeper, _ header: String?, from address: String = "a") -> String {
    switch gatekeeper.judge(header, from: address) {
    case .known(let user): user.name
    case .anonymous: "anonymous"
    case .unknown: "unknown"
    case .tooMany: "too many"
    }
  }

  @Test func `A token is its user's, and a revoked one nobody's`() {
    let gatekeeper = Self.gatekeeper()
    for user in Self.users {
      #expect(Self.verdict(gatekeeper, "Bearer token of \(user.role)") == user.name)
    }
    #expect(Self.verdict(gatekeeper, "Bearer nobody's") == "unknown")
    #expect(Self.verdict(gatekeeper, "Digest x") == "unknown")
    #expect(Self.verdict(gatekeeper, nil) == "anonymous")
    #expect(Self.verdict(gatekeeper, "Bearer ") == "unknown")
    gatekeeper.directory.replace(with: [])
    #expect(Self.verdict(gatekeeper, "Bearer token of provider") == "unknown")
  }

  @Test func `An open server takes who brings no token for the provider, and refuses a wrong one all the same`() {
    let gatekeeper = Self.gatekeeper(isOpen: true)
    #expect(Self.verdict(gatekeeper, nil) == "provider")
    #expect(Self.verdict(gatekeeper, "Bearer wrong") == "unknown")
  }

  @Test func `After 300 wrong tokens in a minute an address is told to wait, and its valid ones are served`() {
    let clock = TestTime()
    let gatekeeper = Self.gatekeeper(now: { clock.now })
    for _ in 0..<LoginLimiter.maxFailures { #expect(Self.verdict(gatekeeper, "Bearer wrong") == "unknown") }
    #expect(Self.verdict(gatekeeper, "Bearer wrong") == "too many")
    #expect(Self.verdict(gatekeeper, "Bearer wrong", from: "b") == "unknown")
    #expect(Self.verdict(gatekeeper, "Bearer token of provider") == "provider")
    clock.now += 60_000
    #expect(Self.verdict(gatekeeper, "Bearer wrong") == "unknown")
  }

  @Test func `Whoever has an IPv6 network is one guesser, and each IPv4 address another`() {
    let network = LoginLimiter.network(of: "2001:db8:1:2::1")
    #expect(LoginLimiter.network(of: "2001:db8:1:2:ffff:ffff:ffff:ffff") == network)
    #expect(LoginLimiter.network(of: "2001:db8:1:3::1") != network)
    #expect(LoginLimiter.network(of: "fe80::1%eth0") == LoginLimiter.network(of: "fe80::2%eth0"))
    #expect(LoginLimiter.network(of: "::ffff:10.0.0.1") != LoginLimiter.network(of: "::ffff:10.0.0.2"))
    #expect(LoginLimiter.network(of: "10.0.0.1") == "10.0.0.1")
    #expect(LoginLimiter.network(of: "local") == "local")
  }

  @Test func `A flood from many addresses costs bounded memory, and valid tokens are served through it`() {
    let gatekeeper = Self.gatekeeper()
    for number in 0..<30_000 { _ = Self.verdict(gatekeeper, "Bearer wrong", from: "address \(number)") }
    #expect(Self.verdict(gatekeeper, "Bearer wrong", from: "another") == "too many")
    #expect(Self.verdict(gatekeeper, "Bearer token of provider", from: "another") == "provider")
  }
}

/// A time that a test moves.
final class TestTime: Sendable {
  private let value = Mutex<Int64>(0)

  var now: Int64 {
    get { value.withLock { $0 } }
    set { value.withLock { $0 = newValue } }
  }
}
