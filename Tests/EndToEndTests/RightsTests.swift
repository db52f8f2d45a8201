import Foundation
import Testing

/// Whose it is, as people type it: the first user is an admin, bob is a provider.
@Suite(.serialized) struct RightsTests {
  @Test func aNameAndAllMeanOnesOwn() throws {
    let site = try Site()
    let server = try site.server()
    let token = try site.output("users", "add", "bob", "--role", "provider")
    try token.write(toFile: site.path("bob.token"), atomically: true, encoding: .utf8)
    let bob = ["--token-file", site.path("bob.token")]
    func asBob(_ arguments: String...) throws -> Site.Result {
      try site.run(Site.binary("banyan").path, arguments + bob)
    }
    let admins = try site.output("submit", "-o", "ids", "--name", "job3", "--", "true")
    let bobs = try site.run(
      Site.binary("banyan").path, ["submit", "-o", "ids", "--name", "job3"] + bob + ["--", "true"]
    ).output.trimmingCharacters(in: .whitespacesAndNewlines)
    let second = try site.run(
      Site.binary("banyan").path, ["submit", "-o", "ids", "--name", "bobs"] + bob + ["--", "true"]
    ).output.trimmingCharacters(in: .whitespacesAndNewlines)

    // A name is one's own; another's is told, and reached by its identifier alone, which is a 403.
    let missing = try site.banyan("show", "bobs")
    #expect(
      missing.status == 66 && missing.errors.contains("bob") && missing.errors.contains("its number: 3"),
      "\(missing.errors)")
    let refused = try asBob("cancel", admins)
    #expect(refused.status == 77 && refused.errors.contains("admin's"), "\(refused.errors)")
    #expect(try asBob("hold", admins).status == 77)
    #expect(try asBob("cancel", "job3").status == 0)
    #expect(try site.field("state", of: bobs) == "cancelled")
    #expect(try site.field("state", of: admins) == "available")

    #expect(try asBob("list", "--mine", "-o", "ids").output.split(separator: "\n").count == 2)
    #expect(try site.output("list", "--owner", "bob", "-o", "ids").split(separator: "\n").count == 2)

    // All is all of mine; others' are asked for in so many words, by an admin.
    #expect(try asBob("cancel", "--all", "--all-users").status == 77)
    #expect(try site.banyan("cancel", "--all").status == 0)
    #expect(try site.field("state", of: admins) == "cancelled")
    #expect(try site.field("state", of: second) == "available")
    #expect(try site.banyan("cancel", "--all", "--owner", "bob").status == 0)
    #expect(try site.field("state", of: second) == "cancelled")
    #expect(try site.banyan("cancel", admins, "--all-users").status == 64)

    #expect(try asBob("users", "revoke", "admin").status == 77)
    #expect(try site.banyan("users", "revoke", "admin").status == 64, "the last admin")
    try site.output("users", "add", "eve", "--role", "provider", "--admin")
    #expect(try site.output("users").contains("ADMIN"))
    #expect(try site.banyan("users", "add", "vic", "--role", "viewer", "--admin").status == 64)
    _ = server
  }

  @Test func showTellsTheAttemptsAndTheOutcome() throws {
    let site = try Site()
    _ = try site.server()
    _ = try site.worker("w")
    let task = try site.output("submit", "-o", "ids", "--retries", "1", "--", "sh", "-c", "exit 3")
    #expect(try site.banyan("wait", task).status == 1)
    let text = try site.output("show", task, "-o", "json")
    let shown = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(shown["outcome"] as? String == "failed")
    #expect(shown["exit_status"] as? String == "failure (exit 3)")
    let attempts = try #require(shown["attempts"] as? [[String: Any]])
    #expect(attempts.map { $0["exit_status"] as? String } == ["failure (exit 3)", "failure (exit 3)"])
    #expect(try site.output("tasks", "--state", "failed", "-o", "ids") == task)
  }
}
