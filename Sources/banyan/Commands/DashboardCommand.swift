import ArgumentParser
import BanyanClient

/// `banyan dashboard`: where the live page is.
struct DashboardCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dashboard", abstract: "Print the address of the server's live page, and where its token is.",
    usage: "banyan dashboard",
    discussion: """
      The page asks for a token: that of this user, which stands in the file that is named on standard error, and which \
      the page keeps in its tab alone. A server on another machine that listens on loopback is reached through ssh.

      Example: xdg-open "$(banyan dashboard)"
      """)

  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    let session = try Session(connection)
    // An address behind which nobody is helps nobody.
    try await session.http.json(.get, "/healthz")
    await session.http.close()
    Output.result("\(session.http.address)/")
    Output.remark(Self.place(of: session, connection))
  }

  private static func place(of session: Session, _ connection: ConnectionOptions) -> String {
    if let file = connection.tokenFile { return "the page asks for the token in \(file)" }
    let variable = session.surroundings.environment["BANYAN_TOKEN"] ?? ""
    guard variable.isEmpty else { return "the page asks for the token that BANYAN_TOKEN holds" }
    guard session.credentials.token != nil, let folder = AccessFolder(environment: session.surroundings.environment)
    else { return "the page asks for a token; `banyan login` gets this user one" }
    return "the page asks for the token in \(folder.tokenPath(.provider))"
  }
}
