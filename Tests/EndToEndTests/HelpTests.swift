import Foundation
import Testing

/// The help of the real binary, of each subcommand that its parser knows.
@Suite struct HelpTests {
  /// The subcommands, and the flags of each, as the parser itself tells them.
  private func commands(_ site: Site) throws -> [(path: [String], flags: [String])] {
    let text = try site.output("--experimental-dump-help")
    let document = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    var found: [(path: [String], flags: [String])] = []
    func walk(_ command: [String: Any], _ path: [String]) {
      let arguments = command["arguments"] as? [[String: Any]] ?? []
      let names = arguments.filter { $0["shouldDisplay"] as? Bool == true }
        .flatMap { $0["names"] as? [[String: String]] ?? [] }
      found.append((path, names.map { ($0["kind"] == "long" ? "--" : "-") + ($0["name"] ?? "") }))
      for below in command["subcommands"] as? [[String: Any]] ?? [] {
        guard let name = below["commandName"] as? String, name != "help" else { continue }
        walk(below, path + [name])
      }
    }
    walk(try #require(document?["command"] as? [String: Any]), [])
    return found
  }

  @Test func theHelpOfEveryCommandFitsAScreenAndAllOfItHasEveryFlag() throws {
    let site = try Site()
    let commands = try commands(site)
    #expect(commands.count > 30)
    let banyan = try Site.binary("banyan").path
    for (path, flags) in commands {
      let short = try site.run(banyan, path + ["--help"])
      let lines = short.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      #expect(short.status == 0 && short.errors.isEmpty, "\(path): \(short.errors)")
      #expect((3...24).contains(lines.count), "\(path): \(lines.count) lines")
      #expect(lines.allSatisfy { $0.count <= 80 }, "\(path): \(lines.filter { $0.count > 80 })")
      #expect(short.output.contains("xample"), "\(path)")
      let full = try site.run(banyan, path + ["--help-all"])
      #expect(full.status == 0)
      for flag in flags { #expect(full.output.contains(flag), "\(path) \(flag)") }
      for line in full.output.split(separator: "\n") { #expect(line.count <= 80, "\(path): \(line)") }
    }
  }

  /// The manual's pages, where a program is there that judges them.
  @Test func theManualIsWrittenAsItShould() throws {
    let site = try Site()
    let folder = site.path("man")
    try site.output("__manual", folder)
    let pages = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    #expect(pages.contains("banyan.1") && pages.contains("banyan-submit.1"))
    let judged = try site.run("/usr/bin/env", ["mandoc", "-Tlint", "-Wwarning"] + pages.map { "\(folder)/\($0)" })
    guard judged.status != 127 else { return }
    // A manual without a date is one that is made of the program.
    let words = judged.output.split(separator: "\n").filter { !$0.contains("missing date") }
    #expect(words.isEmpty, "\(words.joined(separator: "\n"))")
  }
}
