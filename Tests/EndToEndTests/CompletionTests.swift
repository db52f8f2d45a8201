import Foundation
import Testing

/// What real shells make of a TAB.
@Suite(.serialized) struct CompletionTests {
  private static let setups = [
    "bash": "source <(banyan completions bash)",
    "zsh": "bindkey -e; autoload -Uz compinit; compinit -u -D; source <(banyan completions zsh)",
    "fish": "banyan completions fish | source",
  ]

  /// Types lines with a TAB behind each; the words that stand there then.
  private func completed(_ site: Site, _ shell: String, _ lines: [String]) throws -> [[String]] {
    let python = ProcessInfo.processInfo.environment["BANYAN_TEST_PYTHON"] ?? "python3"
    let script = Site.checkout.appendingPathComponent("Tests/EndToEndTests/Python/complete.py").path
    let folder = try Site.binary("banyan").deletingLastPathComponent().path
    let path = "PATH=\(folder):\(site.environment["PATH"] ?? "/usr/bin:/bin")"
    let result = try site.run(
      "/usr/bin/env", [path, python, script, shell, try #require(Self.setups[shell])] + lines)
    #expect(result.status == 0, "\(result.errors)")
    return try result.output.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String])
    }
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func filesFlagsAndWhatTheServerKnows(shell: String) throws {
    let site = try Site()
    try #require(
      site.run("/usr/bin/env", [shell, "-c", "true"]).status == 0, "\(shell) is missing: .ci/setup test installs it")
    let server = try site.server()
    try FileManager.default.createDirectory(atPath: site.path("seeds"), withIntermediateDirectories: true)
    try "x".write(toFile: site.path("seeds/my graph.yaml"), atomically: true, encoding: .utf8)
    try site.output("submit", "--name", "sweep", "--queue", "night", "--", "true")
    try site.output("users", "add", "wilma", "--role", "viewer")
    let lines = [
      "banyan run see", "banyan run seeds/my", "banyan submit --time-l", "banyan show swe", "banyan hold --queue=x @l",
      "banyan submit --queue ni", "banyan users revoke wil", "banyan list --state ru", "banyan subm",
    ]
    let words = try completed(site, shell, lines)
    #expect(words.count == lines.count)
    // Whether a slash is typed behind a folder, each shell decides.
    #expect(words[0].last?.hasPrefix("seeds") == true, "\(words[0])")
    let expected = [
      ["banyan", "run", "seeds/my graph.yaml"], ["banyan", "submit", "--time-limit"], ["banyan", "show", "sweep"],
      ["banyan", "hold", "--queue=x", "@last"], ["banyan", "submit", "--queue", "night"],
      ["banyan", "users", "revoke", "wilma"], ["banyan", "list", "--state", "running"], ["banyan", "submit"],
    ]
    for (found, wanted) in zip(words.dropFirst(), expected) { #expect(found == wanted) }
    _ = server
  }

  /// At a prompt nobody waits, and nobody wants to read an error.
  @Test func withoutAServerNothingIsOfferedAndNothingIsSaid() throws {
    let site = try Site()
    // It takes connections, and says nothing.
    let deaf = try site.start(
      "/usr/bin/env",
      [
        "python3", "-c",
        """
        import socket, time
        s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(16)
        print(s.getsockname()[1], flush=True); time.sleep(60)
        """,
      ])
    let port = try #require(deaf.firstLine(within: 20))
    for server in ["", "http://127.0.0.1:\(port)", "http://127.0.0.1:1"] {
      let start = Date()
      let result = try site.run(
        "/usr/bin/env",
        [
          "BANYAN_SERVER=\(server)", "BANYAN_TOKEN=x", Site.binary("banyan").path, "__complete", "bash",
          "banyan show ", "",
        ])
      #expect(result.status == 0 && result.errors.isEmpty && result.output == "words\n", "\(result)")
      // A second, and what a busy machine adds to it.
      #expect(Date().timeIntervalSince(start) < 3)
    }
  }
}
