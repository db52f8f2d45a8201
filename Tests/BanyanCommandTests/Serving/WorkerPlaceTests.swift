import BanyanClient
import BanyanWorker
import Glibc
import TestSupport
import Testing

@testable import banyan

struct WorkerPlaceTests {
  private let folder = TestFolder()

  private func place(
    _ server: String, name: String = "lab", identity: String? = nil, flag: String? = nil
  ) throws -> (path: String, owner: StateOwner?) {
    let surroundings = Surroundings(
      environment: ["XDG_STATE_HOME": folder.path], unreadable: [], workingDirectory: folder.path)
    let credentials = Credentials(address: try ServerAddress(server), token: nil, serverIdentity: identity)
    return try WorkerPlace.folder(of: name, at: credentials, flag: flag, surroundings)
  }

  private var workers: String { folder("banyan/workers") }

  /// The folder of a worker that was there before, with what it says of itself.
  private func make(_ path: String, _ marks: [String: String] = [:]) {
    var made = ""
    for part in path.split(separator: "/") {
      made += "/\(part)"
      mkdir(made, 0o700)
    }
    let relative = String(path.dropFirst(folder.path.count + 1))
    folder.write("\(relative)/worker.lock", "")
    for (name, text) in marks { folder.write("\(relative)/\(name)", "\(text)\n") }
  }

  @Test func itGoesByServerAndName() throws {
    let first = try place("http://localhost:5100")
    #expect(first.path.hasPrefix("\(workers)/lab-") && first.owner == StateOwner(name: "lab", server: "localhost:5100"))
    // The machine by its other names.
    for name in ["127.0.0.1", "[::1]:5100", "LOCALHOST"] { #expect(try place(name).path == first.path) }
    let named = try place("lab", flag: "here")
    #expect(named.path == folder("here") && named.owner == nil)
  }

  @Test func noTwoOwnersShareOneAndItsNameIsShort() throws {
    let names = ["a/b", "a_b", "a-b", "a.b", "é", "e\u{301}", ".", "..", "\n", String(repeating: "é", count: 256)]
    let servers = ["one:1", "one:2", "one:1/a/b", "one:1/a_b", "one:1/a"]
    var paths: Set<String> = []
    for name in names {
      for server in servers {
        for identity in [nil, "x", "y"] { paths.insert(try place(server, name: name, identity: identity).path) }
      }
    }
    // By a server's identity its addresses are one.
    #expect(paths.count == names.count * (servers.count + 2))
    for path in paths {
      let last = path.dropFirst(workers.count + 1)
      #expect(last.utf8.count <= 49 && !last.contains("/") && !last.hasPrefix("."), "\(last)")
    }
  }

  @Test func aFolderOfAnOlderFormIsTakenOverByTheFirstThatComes() throws {
    for former in ["\(workers)/lab", "\(workers)/one:1_a_b/lab"] {
      make(former)
      #expect(try place("one:1/a/b").path == former)
      #expect(try place("one:1/a/b", identity: "x").path == former)
      // Once it says for which server it is, it is no other's.
      make(former, ["server": "one:1_a_b"])
      #expect(try place("one:1/a/b").path == former)
      #expect(try place("two:2").path.hasPrefix("\(workers)/lab-"))
      // Nor, once it says whose it is, one's whose address looked the same in a path.
      let owner = try #require(try place("one:1/a/b").owner)
      make(former, ["owner": StateFolder.path(in: "", of: owner).replacing("/", with: "")])
      #expect(try place("one:1/a/b").path == former)
      #expect(try place("one:1/a_b").path.hasPrefix("\(workers)/lab-"))
      #expect(rename(former, folder("away\(former.utf8.count)")) == 0)
    }
  }

  @Test func namesThatSharedAFolderDoNotAnyMore() throws {
    let former = "\(workers)/one:1/a_b"
    make(former, ["server": "one:1"])
    let first = try place("one:1", name: "a/b")
    let owner = try #require(first.owner)
    #expect(first.path == former)
    make(former, ["owner": StateFolder.path(in: "", of: owner).replacing("/", with: "")])
    #expect(try place("one:1", name: "a/b").path == former)
    #expect(try place("one:1", name: "a_b").path.hasPrefix("\(workers)/a_b-"))
  }

  @Test func aFolderByAddressIsItsServersOnceThatIsKnown() throws {
    let byAddress = try place("one:1").path
    make(byAddress)
    #expect(try place("one:1", identity: "x").path == byAddress)
    make(byAddress, ["server-identity": "x"])
    #expect(try place("one:1", identity: "x").path == byAddress)
    #expect(try place("one:1", identity: "y").path != byAddress)
  }

  @Test func oneThatIsInUseIsLeftToWhoUsesIt() throws {
    make("\(workers)/lab")
    let lock = open("\(workers)/lab/worker.lock", O_RDWR)
    defer { close(lock) }
    #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)
    #expect(try place("one:1").path != "\(workers)/lab")
    // But where it is this server's own, the second worker hears that another one uses it.
    make("\(workers)/lab", ["server": "one:1"])
    #expect(try place("one:1").path == "\(workers)/lab")
  }

  @Test func itsOwnComesBeforeTheFormerOne() throws {
    let own = try place("one:1").path
    make("\(workers)/lab")
    make(own)
    #expect(try place("one:1").path == own)
  }
}
