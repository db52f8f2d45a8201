import BanyanClient
import Glibc
import TestSupport
import Testing

@testable import banyan

struct WorkerPlaceTests {
  private let folder = TestFolder()

  private func place(_ server: String, flag: String? = nil) throws -> (path: String, server: String?) {
    let surroundings = Surroundings(
      environment: ["XDG_STATE_HOME": folder.path], unreadable: [], workingDirectory: folder.path)
    return try WorkerPlace.folder(of: "lab", at: try ServerAddress(server), flag: flag, surroundings)
  }

  private func make(_ path: String, mark: String? = nil) {
    var made = folder.path
    for part in path.split(separator: "/") {
      made += "/\(part)"
      mkdir(made, 0o700)
    }
    folder.write("\(path)/worker.lock", "")
    if let mark { folder.write("\(path)/server", "\(mark)\n") }
  }

  @Test func itGoesByServerAndName() throws {
    let (first, second) = (try place("http://localhost:5100"), try place("https://lab.example:5101/queue"))
    #expect(first.path == folder("banyan/workers/localhost:5100/lab") && first.server == "localhost:5100")
    #expect(second.path == folder("banyan/workers/lab.example:5101_queue/lab"))
    // The machine by its other names.
    for name in ["127.0.0.1", "[::1]:5100", "LOCALHOST"] { #expect(try place(name).path == first.path) }
    let named = try place("lab", flag: "here")
    #expect(named.path == folder("here") && named.server == nil)
  }

  @Test func aFolderThatWentByNameAloneIsTakenOverByTheFirstThatComes() throws {
    make("banyan/workers/lab")
    #expect(try place("one:1").path == folder("banyan/workers/lab"))
    folder.write("banyan/workers/lab/server", "one:1\n")
    #expect(try place("one:1").path == folder("banyan/workers/lab"))
    #expect(try place("two:2").path == folder("banyan/workers/two:2/lab"))
  }

  @Test func oneThatIsInUseIsLeftToWhoUsesIt() throws {
    make("banyan/workers/lab")
    let lock = open(folder("banyan/workers/lab/worker.lock"), O_RDWR)
    defer { close(lock) }
    #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)
    #expect(try place("one:1").path == folder("banyan/workers/one:1/lab"))
    // But where it is this server's own, the second worker hears that another one uses it.
    folder.write("banyan/workers/lab/server", "one:1\n")
    #expect(try place("one:1").path == folder("banyan/workers/lab"))
  }

  @Test func itsOwnComesBeforeTheFormerOne() throws {
    make("banyan/workers/lab")
    make("banyan/workers/one:1/lab")
    #expect(try place("one:1").path == folder("banyan/workers/one:1/lab"))
  }
}
