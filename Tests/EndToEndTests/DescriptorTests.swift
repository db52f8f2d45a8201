import Foundation
import Testing

/// More connections than there are descriptors: they wait, and the server does nothing meanwhile.
@Suite(.serialized) struct DescriptorTests {
  @Test func connectionsBeyondTheLimitWaitAndCostNothing() throws {
    let site = try Site()
    let program = try site.start(
      "/bin/sh",
      [
        "-c", #"ulimit -n 64; exec "$0" "$@""#, Site.binary("banyan").path, "server", "--port", "0", "--data",
        site.path("data"),
      ])
    let line = try #require(program.firstLine(within: 30))
    let port = try #require(URL(string: line)?.port)
    let first = try Connection(to: port)
    #expect(first.asks() == 200)
    var others: [Connection] = []
    for _ in 0..<100 { others.append(try Connection(to: port)) }
    try site.until("it says that they wait") { program.errors.contains("New connections wait") }
    let before = try cpuTicks(of: program.id)
    usleep(2_000_000)
    let spent = try cpuTicks(of: program.id) - before
    #expect(spent < 40, "\(spent) ticks of 10 ms in two seconds")
    #expect(first.asks() == 200, "who is connected goes on")
    #expect(program.errors.components(separatedBy: "New connections wait").count == 2, "it is said once")
    others.removeAll()
    let late = try Connection(to: port)
    #expect(late.asks() == 200)
    // Over all of it things were written.
    let token = try String(contentsOfFile: site.path("home/provider.token"), encoding: .utf8)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    let snapshot = try site.run("/usr/bin/env", ["curl", "-sS", "-X", "POST", "-u", "\(token):", "\(line)/snapshots"])
    #expect(snapshot.output.contains("OK"), "\(snapshot.output)")
  }

  /// A worker takes no more tasks at once than it has descriptors for: none fails for it, and no log lacks a byte.
  @Test func aWorkerWithFewDescriptorsLosesNoOutput() throws {
    let site = try Site()
    _ = try site.server()
    _ = try site.start(
      "/bin/sh",
      [
        "-c", #"ulimit -Hn 110; exec "$0" "$@""#, Site.binary("banyan").path, "worker", "--name", "small", "--cores",
        "64",
        "--state", site.path("small"),
      ])
    let count = ProcessInfo.processInfo.environment["BANYAN_TEST_TASKS"].flatMap { Int($0) } ?? 400
    let script = "echo begin; echo error >&2; head -c 3000 /dev/zero | tr '\\0' x; echo end"
    let result = try site.run(
      Site.binary("banyan").path,
      [
        "submit", "-o", "ids", "--wait", "--cores", "1", "--memory", "1MiB", "--array", "1-\(count)", "--", "sh", "-c",
        script,
      ],
      limit: 600)
    #expect(result.status == 0, "\(result.errors)")
    let whole = "begin\n" + String(repeating: "x", count: 3000) + "end\n"
    let logs = site.path("small/logs")
    var files = (output: 0, errors: 0)
    for path in try FileManager.default.subpathsOfDirectory(atPath: logs) {
      let name = path.split(separator: "/").last
      guard name == "stdout" || name == "stderr" else { continue }
      let text = try String(contentsOfFile: "\(logs)/\(path)", encoding: .utf8)
      if name == "stdout" {
        files.output += 1
        #expect(text == whole, "\(path): \(text.utf8.count) bytes")
      } else {
        files.errors += 1
        #expect(text == "error\n", "\(path)")
      }
    }
    #expect(files == (count, count), "each attempt has both logs, and there was one for each task")
  }

  private func cpuTicks(of pid: Int32) throws -> Int {
    let text = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
    let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
    guard fields.count > 12, let user = Int(fields[11]), let system = Int(fields[12]) else { return 0 }
    return user + system
  }

  /// A connection that holds a descriptor of the server until it is let go of.
  private final class Connection {
    private let descriptor: Int32

    init(to port: Int) throws {
      descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      var patience = timeval(tv_sec: 10, tv_usec: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = in_port_t(UInt16(port)).bigEndian
      address.sin_addr.s_addr = inet_addr("127.0.0.1")
      let result = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      guard result == 0 else { throw Site.Trouble("can't connect: \(String(cString: strerror(errno)))") }
    }

    deinit { close(descriptor) }

    /// The status of an answer; 0: none came in time.
    func asks() -> Int {
      let request = Array("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".utf8)
      guard write(descriptor, request, request.count) == request.count else { return 0 }
      var bytes = [UInt8](repeating: 0, count: 4096)
      let count = read(descriptor, &bytes, bytes.count)
      guard count > 12 else { return 0 }
      return Int(String(decoding: bytes[9..<12], as: UTF8.self)) ?? 0
    }
  }
}
