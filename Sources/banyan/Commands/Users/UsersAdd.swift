import ArgumentParser
import BanyanClient
import BanyanJSON
import BanyanTerminal

/// `banyan users add`: makes a user and prints the token.
struct UsersAdd: AsyncParsableCommand {
  /// What a user may do.
  enum Role: String, ExpressibleByArgument, CaseIterable {
    case provider, worker, viewer
  }

  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Make a user; its token is printed once, on standard output.",
    usage: "banyan users add NAME --role ROLE",
    discussion: "Example: banyan users add lab-machines --role worker >worker.token")

  @OptionGroup var connection: ConnectionOptions

  @Option(name: .long, help: "provider (submits), worker (runs tasks) or viewer (looks).")
  var role: Role

  @Flag(name: .long, help: "A provider who may change others' tasks, users and workers, too.")
  var admin = false

  @Argument(help: "Its name.")
  var name: String

  func validate() throws {
    if admin, role != .provider { throw ValidationError("--admin goes with --role provider") }
  }

  func run() async throws {
    let session = try Session(connection)
    var body: JSONObject = ["name": .string(name), "role": .string(role.rawValue)]
    if admin { body["admin"] = true }
    let answer = try await session.http.json(.post, "/users", body: .object(body))
    await session.http.close()
    guard let token = answer["token"]?.string else {
      throw ConnectionError.notBanyan("\(session.http.address)", reason: "its answer holds no token")
    }
    Output.result(token)
    for line in nextSteps(session.credentials) { Output.remark(line) }
  }

  /// What the user types with the token.
  private func nextSteps(_ credentials: Credentials) -> [String] {
    let address = credentials.address
    let print = credentials.fingerprint.map { " --fingerprint \($0)" } ?? ""
    let then = role == .worker ? ", then `banyan worker`" : ""
    let title = admin ? "an admin" : "a \(role.rawValue)"
    var lines = [
      "\(Escaping.shown(name)) is \(title) now; the token is shown this once. Its owner types, and gives it when asked:",
      "  banyan login \(address)\(print)\(then)",
    ]
    if address.isLoopback {
      lines.append("That reaches this machine alone; others need a server with --host and --tls-self-signed")
    }
    return lines
  }
}
