import ArgumentParser
import BanyanClient

/// The flags by which a command finds its server.
struct ConnectionOptions: ParsableArguments {
  @Option(name: .customLong("server"), help: ArgumentHelp("The server's URL.", valueName: "url"))
  var server: String?

  @Option(
    name: .customLong("token-file"),
    help: ArgumentHelp("A file with the token, which never stands on a command line.", valueName: "file"))
  var tokenFile: String?

  func credentials(_ surroundings: Surroundings, role: AccessFolder.Role = .provider) throws -> Credentials {
    try Credentials.found(for: role, server: server, tokenFile: tokenFile, environment: surroundings.environment)
  }
}
