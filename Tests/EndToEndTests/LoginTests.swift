import Foundation
import Testing

/// A colleague with a token, on another machine: here, with another home.
@Suite(.serialized) struct LoginTests {
  /// Runs the command with a home of its own.
  private func colleague(_ site: Site, _ home: String, _ arguments: [String], input: String? = nil) throws
    -> Site.Result
  {
    try site.run(
      "/usr/bin/env", ["BANYAN_HOME=\(site.path(home))", Site.binary("banyan").path] + arguments, input: input)
  }

  private func mode(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? -1
  }

  @Test func whoIsAddedIsToldWhatToTypeAndThatWorks() throws {
    let site = try Site()
    let server = try site.server()
    let added = try site.banyan("users", "add", "ann", "--role", "provider")
    #expect(added.status == 0 && added.output.split(separator: "\n").count == 1)
    #expect(added.errors.contains("banyan login \(server.url)"), "\(added.errors)")
    #expect(!added.errors.contains(added.output.dropLast()), "the token stands on standard output alone")

    let login = try colleague(site, "ann", ["login", server.url], input: added.output)
    #expect(login.status == 0 && login.output.isEmpty, "\(login.errors)")
    #expect(login.errors.contains("ann (provider)"))
    #expect(try colleague(site, "ann", ["submit", "--", "true"]).output == "1\n")
    #expect(try mode(site.path("ann")) == 0o700)
    for file in ["access.json", "provider.token"] { #expect(try mode(site.path("ann/\(file)")) == 0o600) }
    #expect(!FileManager.default.fileExists(atPath: site.path("ann/worker.token")))

    // A worker's token is a worker's, beside it.
    let worker = try site.output("users", "add", "lab", "--role", "worker")
    let second = try colleague(site, "ann", ["login"], input: worker + "\n")
    #expect(second.status == 0 && second.errors.contains("banyan worker"), "\(second.errors)")
    #expect(try mode(site.path("ann/worker.token")) == 0o600)
    #expect(try colleague(site, "ann", ["list", "-o", "ids"]).output == "1\n")
  }

  @Test func whatIsWrongChangesNothing() throws {
    let site = try Site()
    let server = try site.server()
    let token = try site.output("users", "add", "ann", "--role", "viewer")
    let words: [(arguments: [String], input: String, status: Int32, told: String)] = [
      (["login", server.url], "wrong\n", 77, "does not know this token"),
      (["login", server.url], "", 64, "no token"), (["login", server.url], "two words\n", 64, "one word"),
      (["login"], token, 64, "which server"), (["login", "http://127.0.0.1:1"], token, 69, "127.0.0.1:1"),
      (["login", "ftp://x"], token, 64, "ftp"),
      (["login", server.url, "--fingerprint", "ab"], token, 64, "--fingerprint"),
      (["login", server.url, "--token-file", "missing"], "", 66, "missing"),
    ]
    for (arguments, input, status, told) in words {
      let result = try colleague(site, "ann", arguments, input: input)
      #expect(result.status == status, "\(arguments): \(result.errors)")
      #expect(result.errors.contains(told), "\(arguments): \(result.errors)")
      #expect(result.errors.split(separator: "\n").count <= 3, "\(result.errors)")
      #expect(!FileManager.default.fileExists(atPath: site.path("ann/access.json")), "\(arguments)")
    }
  }

  @Test func anothersTokenIsLeftAloneUnlessSomebodySaysSo() throws {
    let site = try Site()
    let server = try site.server()
    let ann = try site.output("users", "add", "ann", "--role", "provider")
    let before = try String(contentsOfFile: site.path("home/provider.token"), encoding: .utf8)
    let refused = try site.banyan("login", server.url, input: ann)
    #expect(refused.status == 64 && refused.errors.contains("--force"), "\(refused.errors)")
    #expect(try String(contentsOfFile: site.path("home/provider.token"), encoding: .utf8) == before)
    // The same token again is nothing new.
    #expect(try site.banyan("login", server.url, input: before).status == 0)

    let other = try site.server("--access", site.path("other-home"), data: "other")
    let bob = try colleague(site, "other-home", ["users", "add", "bob", "--role", "provider"]).output
    #expect(try site.banyan("login", other.url, input: bob).status == 64)
    #expect(try site.banyan("login", other.url, "--force", input: bob).status == 0)
    #expect(try site.output("list", "-o", "ids").isEmpty)
    #expect(!FileManager.default.fileExists(atPath: site.path("home/worker.token")), "it was another server's")
  }

  @Test func aCertificateThatNobodyVouchesForIsShownAndAskedFor() throws {
    let site = try Site()
    let server = try site.server("--tls-self-signed")
    let text = try String(contentsOfFile: site.path("home/access.json"), encoding: .utf8)
    let access = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let print = try #require(access["fingerprint"] as? String)
    let added = try site.banyan("users", "add", "ann", "--role", "provider")
    #expect(added.errors.contains("banyan login \(server.url) --fingerprint \(print)"), "\(added.errors)")

    let unknown = try colleague(site, "ann", ["login", server.url], input: added.output)
    #expect(unknown.status == 77 && unknown.errors.contains(print), "\(unknown.errors)")
    #expect(unknown.errors.contains("--fingerprint") && unknown.errors.split(separator: "\n").count == 3)
    let wrong = String(repeating: "0", count: 64)
    let refused = try colleague(site, "ann", ["login", server.url, "--fingerprint", wrong], input: added.output)
    #expect(refused.status == 69 && refused.errors.contains("trust"), "\(refused.errors)")
    #expect(!FileManager.default.fileExists(atPath: site.path("ann/access.json")))
    let pairs = stride(from: 0, to: 64, by: 2).map { print.uppercased().dropFirst($0).prefix(2) }
    let colons = pairs.joined(separator: ":")
    let taken = try colleague(site, "ann", ["login", server.url, "--fingerprint", colons], input: added.output)
    #expect(taken.status == 0, "\(taken.errors)")
    #expect(try colleague(site, "ann", ["list", "-o", "ids"]).status == 0)
    // What is known now needs no flag, at another port neither.
    #expect(try colleague(site, "ann", ["login", server.url], input: added.output).status == 0)
    server.program.kill(SIGTERM)
    #expect(server.program.waits(for: 20))
    let moved = try site.server("--tls-self-signed")
    let again = try colleague(site, "ann", ["login", moved.url], input: added.output)
    #expect(again.status == 0, "\(again.errors)")
    #expect(try colleague(site, "ann", ["list", "-o", "ids"]).status == 0)
  }

  /// At a terminal the token isn't shown, the fingerprint is asked about, and Ctrl-C leaves the terminal as it was.
  @Test func aTerminalIsAskedWithoutAnEcho() throws {
    let site = try Site()
    let server = try site.server("--tls-self-signed")
    let token = try site.output("users", "add", "ann", "--role", "provider")
    let python = ProcessInfo.processInfo.environment["BANYAN_TEST_PYTHON"] ?? "python3"
    let script = Site.checkout.appendingPathComponent("Tests/EndToEndTests/Python/converse.py").path
    let words = ["env", "BANYAN_HOME=\(site.path("ann"))", try Site.binary("banyan").path, "login", server.url]
    let first = try site.run(
      "/usr/bin/env", [python, script, "[y/N] ", "y\n", "Token for ", token + "\n", "--"] + words)
    #expect(first.status == 0, "\(first.output) \(first.errors)")
    #expect(first.output.contains("ann (provider)") && !first.output.contains(token), "\(first.output)")
    #expect(try colleague(site, "ann", ["list", "-o", "ids"]).status == 0)
    let interrupted = try site.run("/usr/bin/env", [python, script, "Token for ", "half\u{3}", "--"] + words)
    #expect(interrupted.status == 130, "\(interrupted.output) \(interrupted.errors)")
    #expect(interrupted.output.contains("echo is on"), "\(interrupted.output)")
    let declined = try site.run(
      "/usr/bin/env",
      [python, script, "[y/N] ", "\n", "--", "env", "BANYAN_HOME=\(site.path("eve"))"] + words.dropFirst(2))
    #expect(declined.status == 77 && !FileManager.default.fileExists(atPath: site.path("eve/access.json")))
  }

  @Test func lostTokensAreMadeAnewAndTheOldOnesOpenNothing() throws {
    let site = try Site()
    let server = try site.server()
    let ann = try site.output("users", "add", "ann", "--role", "provider")
    try site.output("submit", "--name", "kept", "--", "true")
    let files = ["provider", "worker"].map { site.path("home/\($0).token") }
    let old = try files.map { try String(contentsOfFile: $0, encoding: .utf8) }
    // While a server works there, nothing is changed.
    #expect(try site.banyan("users", "reset", "--data", site.path("data")).status == 69)
    server.program.kill(SIGTERM)
    #expect(server.program.waits(for: 20))
    for file in files { try FileManager.default.removeItem(atPath: file) }
    let reset = try site.banyan("users", "reset", "--data", site.path("data"))
    #expect(reset.status == 0 && reset.output.isEmpty && reset.errors.contains("admin"), "\(reset.errors)")
    let named = try site.banyan("users", "reset", "ann", "--data", site.path("data"))
    #expect(named.status == 0 && named.output.split(separator: "\n").count == 1)
    #expect(try site.banyan("users", "reset", "nobody", "--data", site.path("data")).status == 66)
    #expect(try site.banyan("users", "reset", "--data", site.path("empty")).status == 66)

    let again = try site.server()
    #expect(try site.output("list", "--mine", "-o", "ids") == "1", "whose job is whose stays as it was")
    #expect(try site.banyan("users", "add", "bob", "--role", "viewer").status == 0, "it is an admin still")
    for token in old + [ann] {
      #expect(try colleague(site, "thief", ["login", again.url], input: token).status == 77)
    }
    #expect(try colleague(site, "ann", ["login", again.url], input: named.output).errors.contains("ann (provider)"))
  }

  @Test func aFolderForAnotherMachineHoldsAWorkersTokenAlone() throws {
    let site = try Site()
    _ = try site.server("--tls-self-signed")
    let folder = try site.output("users", "export", "lab")
    #expect(folder == site.path("lab"))
    #expect(try mode(folder) == 0o700)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["access.json", "worker.token"])
    #expect(try site.banyan("users", "export", "lab").status == 64, "it is there already")
    let worker = try site.start(
      "/usr/bin/env", ["BANYAN_HOME=\(folder)", Site.binary("banyan").path, "worker", "--name", "far"])
    try site.until("the worker is there") { try site.isConnected("far") }
    #expect(try colleague(site, "lab", ["submit", "--", "true"]).status == 77, "it may run tasks, and nothing else")
    worker.kill()
  }
}
