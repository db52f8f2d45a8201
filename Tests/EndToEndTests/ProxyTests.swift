import Foundation
import Testing

import Glibc

/// Behind nginx, under a path of its own: kept-alive connections, large and long answers, WebSockets.
@Suite(
  .enabled(
    if: FileManager.default.isExecutableFile(atPath: "/usr/sbin/nginx"),
    "/usr/sbin/nginx is missing: .ci/setup test installs it")
) struct ProxyTests {
  static let nginx = "/usr/sbin/nginx"

  @Test func aWorkerAndAPersonReachTheServerThroughNginx() throws {
    let site = try Site()
    let server = try site.server("--base-path", "/queue")
    #expect(server.url.hasSuffix(":\(server.port)/queue"))
    let port = try Self.freePort()
    try Self.configuration(port: port, upstream: server.port, folder: site.folder.path)
      .write(toFile: site.path("nginx.conf"), atomically: true, encoding: .utf8)
    let proxy = try site.start(Self.nginx, ["-p", site.folder.path, "-c", site.path("nginx.conf")])
    let url = "http://127.0.0.1:\(port)/queue"
    let curl = ["curl", "-sS", "-o", site.path("answer"), "-w", "%{http_code}"]
    try site.until("nginx listens") {
      guard proxy.isRunning else { throw Site.Trouble("nginx ended: \(proxy.errors)") }
      return try site.run("/usr/bin/env", curl + ["\(url)/healthz"]).output == "200"
    }
    #expect(try site.run("/usr/bin/env", curl + [url]).output == "308")
    #expect(try site.run("/usr/bin/env", curl + ["\(url)/"]).output == "200")
    #expect(try site.run("/usr/bin/env", curl + ["http://127.0.0.1:\(server.port)/healthz"]).output == "404")

    // Everything through the proxy from here on: a request of megabytes, an answer of megabytes, a worker's socket.
    let program = try Site.binary("banyan").path
    let tasks = (0..<5000).map {
      "{\"name\": \"task \($0)\", \"labels\": {\"text\": \"\(String(repeating: "x", count: 300))\"}}"
    }
    try "[\(tasks.joined(separator: ","))]".write(toFile: site.path("tasks"), atomically: true, encoding: .utf8)
    let token = try String(contentsOfFile: site.path("home/provider.token"), encoding: .utf8)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    try "header = \"Authorization: Bearer \(token)\"".write(
      toFile: site.path("curlrc"), atomically: true, encoding: .utf8)
    let made = try site.run(
      "/usr/bin/env",
      curl + [
        "-K", site.path("curlrc"), "-H", "Content-Type: application/json", "--data-binary", "@\(site.path("tasks"))",
        "\(url)/tasks",
      ])
    #expect(made.output == "201")
    let listed = try site.run(
      "/usr/bin/env", curl + ["-K", site.path("curlrc"), "\(url)/tasks?max_results=10000"])
    #expect(listed.output == "200")
    let answer = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: site.path("answer"))))
    #expect(((answer as? [String: Any])?["_items"] as? [Any])?.count == 5000)

    let through = "BANYAN_SERVER=\(url)"
    _ = try site.start("/usr/bin/env", [through, program, "worker", "--name", "behind"])
    let ran = try site.run(
      "/usr/bin/env", [through, program, "submit", "--wait", "--exit-status", "--", "true"], limit: 60)
    #expect(ran.status == 0, "\(ran.errors)")
    #expect(proxy.isRunning && server.program.isRunning)
  }

  private static func configuration(port: Int, upstream: Int, folder: String) -> String {
    """
    daemon off;
    master_process off;
    pid \(folder)/nginx.pid;
    error_log stderr;
    events {}
    http {
      access_log off;
      client_body_temp_path \(folder)/body;
      proxy_temp_path \(folder)/proxy;
      fastcgi_temp_path \(folder)/fastcgi;
      uwsgi_temp_path \(folder)/uwsgi;
      scgi_temp_path \(folder)/scgi;
      upstream banyan { server 127.0.0.1:\(upstream); keepalive 8; }
      server {
        listen 127.0.0.1:\(port);
        client_max_body_size 16m;
        location /queue {
          proxy_pass http://banyan;
          proxy_http_version 1.1;
          proxy_set_header Host $http_host;
          proxy_set_header Connection "";
          proxy_read_timeout 60s;
        }
        # A WebSocket begins with a connection's first request, so this one takes no kept-alive connection.
        location /queue/ws {
          proxy_pass http://127.0.0.1:\(upstream);
          proxy_http_version 1.1;
          proxy_set_header Host $http_host;
          proxy_set_header Upgrade $http_upgrade;
          proxy_set_header Connection upgrade;
          proxy_read_timeout 60s;
        }
      }
    }
    """
  }

  /// A port that was free a moment ago.
  private static func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bytes in
        bind(descriptor, bytes, size) == 0 && getsockname(descriptor, bytes, &size) == 0
      }
    }
    guard isBound else { throw Site.Trouble("no free port") }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}
