import ArgumentParser
import BanyanClient
import BanyanJSON

/// `banyan login`: has this user's commands know a server and a token from now on.
struct LoginCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "login", abstract: "Use a server with a token from now on, on this machine or home directory.",
    usage: "banyan login [URL]",
    discussion: """
      Asks for the token that `banyan users add` printed: at a terminal, where it isn't shown, or on standard input. Asks \
      the server whose it is, and writes both to the access folder (~/.banyan, or BANYAN_HOME; for its owner alone). Of a \
      server with a certificate of its own it shows the fingerprint, which should be the one that the server's owner sees; \
      a script gives it by --fingerprint.

      Example: banyan login https://lab1:5100

      Example: banyan login https://lab1:5100 --fingerprint "$PRINT" < ann.token
      """)

  @Option(name: .long, help: ArgumentHelp("The SHA-256 digest of its certificate, in hex.", valueName: "hex"))
  var fingerprint: String?

  @Option(name: .customLong("token-file"), help: ArgumentHelp("A file with the token.", valueName: "file"))
  var tokenFile: String?

  @Flag(name: .long, help: "Give up the server or the token that the access folder holds now.")
  var force = false

  @Argument(help: ArgumentHelp("The server; else the one that is known.", valueName: "url"))
  var url: String?

  func run() async throws {
    let surroundings = Surroundings.ofProcess()
    guard let folder = AccessFolder(environment: surroundings.environment) else {
      throw UsageError("neither BANYAN_HOME nor HOME is set, so there is no folder to remember it in")
    }
    let known = try? folder.access()
    let address = try address(known, surroundings, folder)
    let fingerprint = try await trusted(address, known)
    let token = try tokenFile.map { try AccessFolder.token(inFile: $0) } ?? TokenPrompt.token("Token for \(address): ")
    let user = try await user(of: token, at: address, fingerprint)
    try keep(token, of: user, at: address, fingerprint, known, in: folder)
    let works = user.role == .worker ? "`banyan worker` runs tasks for it" : "`banyan list` shows its jobs"
    Output.remark("\(user.name) (\(user.word)) at \(address), kept in \(folder.path); \(works)")
    let variables = ["BANYAN_SERVER", "BANYAN_TOKEN"].filter { !(surroundings.environment[$0] ?? "").isEmpty }
    if let variable = variables.first { Output.complaint("\(variable) is set, and goes before what was kept now") }
  }

  private typealias Bearer = (name: String, word: String, role: AccessFolder.Role)

  // MARK: The server

  private func address(
    _ known: AccessFolder.Access?, _ surroundings: Surroundings, _ folder: AccessFolder
  ) throws -> ServerAddress {
    if let url { return try ServerAddress(url) }
    if let said = surroundings.environment["BANYAN_SERVER"], !said.isEmpty { return try ServerAddress(said) }
    guard let known else { throw UsageError("which server? Give its URL, as in: banyan login https://lab1:5100") }
    return known.address
  }

  /// The fingerprint by which the server is known from now on; nil: others vouch for its certificate, or it has none.
  private func trusted(_ address: ServerAddress, _ known: AccessFolder.Access?) async throws -> String? {
    guard address.isSecure else {
      guard fingerprint == nil else {
        throw UsageError("--fingerprint belongs to a server with TLS; \(address) has none")
      }
      return nil
    }
    if let fingerprint {
      let digits = fingerprint.lowercased().filter { $0 != ":" && !$0.isWhitespace }
      guard digits.utf8.count == 64, digits.allSatisfy(\.isHexDigit) else {
        throw UsageError("--fingerprint '\(fingerprint)': give the 64 hex digits of a SHA-256 digest")
      }
      return digits
    }
    if let known, known.address == address, let pinned = known.fingerprint { return pinned }
    let http = try HTTPClient(Credentials(address: address, token: nil))
    do {
      try await http.json(.get, "/healthz")
      await http.close()
      return nil
    } catch ConnectionError.untrusted {
      await http.close()
    }
    let shown = try await address.shownFingerprint()
    // The server that is known, at another port or by another name.
    if shown == known?.fingerprint { return shown }
    let told = "nobody vouches for the certificate of \(address); its fingerprint is\n  \(shown)"
    if TokenPrompt.agrees("\(told)\nIs it the one in the access.json of the server's owner?") { return shown }
    throw NotAllowed("\(told)\ncompare it with access.json of the server's owner, then give --fingerprint")
  }

  private func user(of token: String, at address: ServerAddress, _ fingerprint: String?) async throws -> Bearer {
    let http = try HTTPClient(Credentials(address: address, token: token, fingerprint: fingerprint))
    let document: JSON
    do {
      document = try await http.json(.get, "/users/me")
    } catch let error as ServerError where error.status == 401 {
      throw NotAllowed("\(address) does not know this token; nothing was changed. `banyan users add NAME` makes one")
    }
    await http.close()
    guard let name = document["name"]?.string, let role = document["role"]?.string else {
      throw ConnectionError.notBanyan("\(address)", reason: "it doesn't say whose token this is")
    }
    let word = document["admin"]?.bool == true ? "admin" : role
    return (name, word, role == AccessFolder.Role.worker.rawValue ? .worker : .provider)
  }

  // MARK: The folder

  private func keep(
    _ token: String, of user: Bearer, at address: ServerAddress, _ fingerprint: String?,
    _ known: AccessFolder.Access?, in folder: AccessFolder
  ) throws {
    let isMoved = known.map { $0.address != address } ?? false
    // A certificate of one's own tells a server wherever it is.
    let isOther = known.map { $0.fingerprint != fingerprint || isMoved && fingerprint == nil } ?? false
    // A token that can't be read is nobody's.
    let older = try? folder.token(user.role)
    let tokens = [AccessFolder.Role.provider, .worker].contains { (try? folder.token($0)) ?? nil != nil }
    var lost: [String] = []
    if isOther, let known { lost.append("the way to \(known.address)") }
    if isOther, tokens {
      lost.append("its tokens")
    } else if let older, older != token {
      lost.append("another \(user.role.rawValue)'s token")
    }
    if !lost.isEmpty, !force {
      let words = "\(folder.path) holds \(lost.joined(separator: " and "))"
      guard TokenPrompt.agrees("\(words), which would be lost. Replace?") else {
        throw UsageError(
          "\(words), which would be lost; nothing was changed\nkeep both by BANYAN_HOME=DIR, or give --force")
      }
    }
    if isOther { try folder.removeTokens() }
    switch user.role {
    case .provider: try folder.write(providerToken: token, workerToken: nil)
    case .worker: try folder.write(providerToken: nil, workerToken: token)
    }
    if isOther || isMoved || known == nil {
      try folder.write(AccessFolder.Access(address: address, fingerprint: fingerprint))
    }
  }
}
