import Foundation
import Testing

/// The requests that the REST contract promises to answer, word for word through curl.
@Suite struct RestRequestsTests {
  /// As people type them; `$E`, `ID` and `KEY` are put in by whoever runs them.
  private static let words = [
    """
    curl -X POST -H 'Content-Type: application/json' -d '{"command": "test", "requested_resources": {"memory": "1 GiB"}}' $E/tasks
    """,
    """
    curl -X PATCH -H 'Content-Type: application/json' -d '{"requested_resources": {"cores": 1, "memory": "1 GiB"}}' $E/tasks/ID
    """,
    """
    curl -X POST -H 'Content-Type: application/json' -d '{"name": "parent", "continuations": ["ID"]}' $E/tasks
    """,
    """
    curl -X POST -H 'Content-Type: application/json' -H 'Authorization: Basic KEY' -d '{"task": "ID", "time": "Tue, 02 Apr 2013 10:29:13 GMT", "resident_memory_bytes": 256}' $E/memory_usage
    """,
    """
    curl -i -g -H 'Authorization: Basic KEY' '$E/tasks?where={"name":%20"task%201"}'
    """,
    """
    curl -i -g -H 'Authorization: Basic KEY' '$E/tasks?where={"retry_count":{"$lt":10}}'
    """,
  ]

  private struct Reply {
    var status: Int
    var text: String

    var json: [String: Any] {
      let body = text.components(separatedBy: "\r\n\r\n").last ?? ""
      return (try? JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]) ?? [:]
    }
    var id: String { json["_id"] as? String ?? "none" }
    var names: [String] { (json["_items"] as? [[String: Any]] ?? []).compactMap { $0["name"] as? String } }
  }

  /// Runs a line as a shell does; beside its words only the status is asked for.
  private static func run(_ line: String, at site: Site, _ url: String, id: String = "", key: String = "") throws
    -> Reply
  {
    let filled = line.replacingOccurrences(of: "$E", with: url).replacingOccurrences(of: "KEY", with: key)
      .replacingOccurrences(of: "\"ID\"", with: "\"\(id)\"").replacingOccurrences(of: "/ID", with: "/\(id)")
    let result = try site.run("/bin/sh", ["-c", "\(filled) -sS -w '\\n%{http_code}'"])
    #expect(result.status == 0, "\(filled): \(result.errors)")
    let lines = result.output.components(separatedBy: "\n")
    return Reply(status: Int(lines.last ?? "") ?? 0, text: lines.dropLast().joined(separator: "\n"))
  }

  private static func key(_ role: String, at site: Site) throws -> String {
    let token = try String(contentsOfFile: site.path("home/\(role).token"), encoding: .utf8)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    return Data("\(token):".utf8).base64EncodedString()
  }

  @Test func theSixRequestsOfTheContractWork() throws {
    let site = try Site()
    let url = try site.server("--open").url
    let (provider, worker) = (try Self.key("provider", at: site), try Self.key("worker", at: site))

    let made = try Self.run(Self.words[0], at: site, url)
    #expect(made.status == 201, "\(made.text)")
    let changed = try Self.run(Self.words[1], at: site, url, id: made.id)
    #expect(changed.status == 200, "\(changed.text)")
    let parent = try Self.run(Self.words[2], at: site, url, id: made.id)
    #expect(parent.status == 201, "\(parent.text)")

    // The worker of the fourth one holds an attempt.
    let json = "-H 'Content-Type: application/json'"
    let named = try Self.run(
      "curl -X POST \(json) -d '{\"name\": \"task 1\", \"command\": \"x\", \"requested_resources\": {}, \"state\": \"available\"}' $E/tasks",
      at: site, url)
    let users = try Self.run("curl -g '$E/users?where={\"role\":\"worker\"}'", at: site, url)
    let user = (users.json["_items"] as? [[String: Any]])?.first?["_id"] as? String ?? "none"
    let registered = try Self.run(
      "curl -X POST \(json) -d '{\"worker_id\": \"\(user)\", \"address\": {\"ip\": \"worker.example\", \"port\": 1}}' $E/registered_workers",
      at: site, url)
    #expect(registered.status == 201, "\(registered.text)")
    let claimed = try Self.run(
      "curl -X PATCH \(json) -H 'Authorization: Basic KEY' -d '{\"state\": \"running\", \"update_execution_data\": {\"worker_id\": \"\(user)\"}}' $E/tasks/ID",
      at: site, url, id: named.id, key: worker)
    #expect(claimed.status == 200, "\(claimed.text)")
    let noted = try Self.run(Self.words[3], at: site, url, id: named.id, key: worker)
    #expect(noted.status == 201, "\(noted.text)")

    let byName = try Self.run(Self.words[4], at: site, url, key: provider)
    #expect(byName.status == 200 && byName.names == ["task 1"], "\(byName.text)")
    let byCount = try Self.run(Self.words[5], at: site, url, key: provider)
    #expect(byCount.status == 200 && byCount.names == ["parent", "task 1"], "\(byCount.text)")
  }

  @Test func withoutOpenTheFirstThreeNeedAToken() throws {
    let site = try Site()
    let url = try site.server().url
    for line in Self.words.prefix(3) {
      let reply = try Self.run(line, at: site, url, id: String(repeating: "0", count: 24))
      #expect(reply.status == 401, "\(line): \(reply.text)")
    }
  }
}
