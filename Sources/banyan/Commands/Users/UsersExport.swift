import ArgumentParser
import BanyanClient

/// `banyan users export`: what another machine needs, as a folder.
struct UsersExport: AsyncParsableCommand {
  /// Whose token goes along.
  enum Role: String, ExpressibleByArgument, CaseIterable {
    case worker, provider

    var value: AccessFolder.Role { self == .worker ? .worker : .provider }
  }

  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write an access folder for machines that don't share this home.",
    usage: "banyan users export DIR [--role worker|provider]",
    discussion: """
      It holds the server's address, its fingerprint and one token: that of workers, unless --role says otherwise. \
      Copied to another machine it is used as BANYAN_HOME=DIR, or as ~/.banyan there. Who may read it, may use the server.

      Example: banyan users export lab && scp -r lab node7:.banyan && ssh node7 banyan worker
      """)

  @Option(name: .long, help: "Whose token goes along: worker, or provider (this user's own).")
  var role = Role.worker

  @Argument(help: ArgumentHelp("The folder to make.", valueName: "dir"))
  var folder: String

  func run() async throws {
    let surroundings = Surroundings.ofProcess()
    guard let known = AccessFolder(environment: surroundings.environment), var access = try known.access() else {
      throw NotFound("no access folder is known here; `banyan server` or `banyan login` writes one")
    }
    guard let token = try known.token(role.value) else {
      throw NotFound(
        "\(known.tokenPath(role.value)) is not there; `banyan users add NAME --role \(role.rawValue)` makes a token")
    }
    let target = AccessFolder(path: try surroundings.absolute(folder))
    guard try target.access() == nil, try target.token(.provider) == nil, try target.token(.worker) == nil else {
      throw UsageError("\(folder) is an access folder already; name another, or remove it")
    }
    // Where a server works matters to the folder that it writes itself.
    access.origin = access.origin.map { AccessFolder.Origin(identity: $0.identity, machine: "", dataFolder: "") }
    try target.write(
      providerToken: role == .provider ? token : nil, workerToken: role == .worker ? token : nil)
    try target.write(access)
    Output.result(target.path)
    if access.address.isLoopback {
      Output.complaint(
        "\(access.address) reaches this machine alone; start the server with --host and --tls-self-signed")
    }
  }
}
