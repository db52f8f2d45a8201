import BanyanCore
import Foundation
import Testing

@testable import BanyanClient

@Suite struct AccessFolderTests {
  /// A folder of the test's own, removed at its end.
  static func inFolder(_ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "banyan-access-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder.path)
  }

  private func mode(_ path: String) throws -> Int {
    try #require(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
  }

  @Test func theEnvironmentNamesIt() {
    #expect(AccessFolder(environment: ["HOME": "/home/ann"])?.path == "/home/ann/.banyan")
    #expect(AccessFolder(environment: ["HOME": "/"])?.path == "/.banyan")
    #expect(AccessFolder(environment: ["HOME": "/home/ann", "BANYAN_HOME": "/b"])?.path == "/b")
    #expect(AccessFolder(environment: ["HOME": "", "BANYAN_HOME": ""]) == nil)
    #expect(AccessFolder(environment: [:]) == nil)
  }

  @Test func whatIsWrittenIsReadAndIsPrivate() async throws {
    try await Self.inFolder { parent in
      let folder = AccessFolder(path: parent + "/a/b")
      #expect(try folder.access() == nil)
      #expect(try folder.token(.worker) == nil)
      let access = AccessFolder.Access(address: try ServerAddress("https://lab:5100/q"), fingerprint: "ab12")
      try folder.write(providerToken: "p-token", workerToken: "w-token")
      try folder.write(access)
      #expect(try folder.access() == access)
      #expect(try folder.token(.provider) == "p-token")
      #expect(try folder.token(.worker) == "w-token")
      #expect(try mode(folder.path) == 0o700)
      for name in ["access.json", "provider.token", "worker.token"] {
        #expect(try mode("\(folder.path)/\(name)") == 0o600)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 3, "no draft is left")
    }
  }

  @Test func anOpenFolderIsClosedAndAnOpenFileReplaced() async throws {
    try await Self.inFolder { parent in
      let folder = AccessFolder(path: parent + "/b")
      try FileManager.default.createDirectory(
        atPath: folder.path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
      try "old".write(toFile: folder.tokenPath(.provider), atomically: false, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: folder.tokenPath(.provider))
      try folder.write(providerToken: "new", workerToken: nil)
      #expect(try mode(folder.path) == 0o700)
      #expect(try mode(folder.tokenPath(.provider)) == 0o600)
      #expect(try folder.token(.provider) == "new")
      #expect(try folder.token(.worker) == nil)
    }
  }

  @Test func whatIsDamagedNamesItsPath() async throws {
    try await Self.inFolder { parent in
      let folder = AccessFolder(path: parent)
      for (text, told) in [("{", "access.json"), ("{}", "url"), ("{\"url\": \"ftp://x\"}", "scheme")] {
        try text.write(toFile: folder.accessPath, atomically: false, encoding: .utf8)
        let error = try #require(throws: AccessError.self) { try folder.access() }
        #expect(error.description.hasPrefix(folder.accessPath) && error.description.contains(told))
      }
      for text in ["", "two words", "a:b"] {
        try text.write(toFile: folder.tokenPath(.provider), atomically: false, encoding: .utf8)
        let error = try #require(throws: AccessError.self) { try folder.token(.provider) }
        #expect(error.path == folder.tokenPath(.provider))
      }
      let file = AccessFolder(path: folder.accessPath + "/below")
      let error = try #require(throws: AccessError.self) { try file.write(providerToken: "x", workerToken: nil) }
      #expect(error.description.contains(file.path))
    }
  }

  @Test func aServerThatAnswersIsThere() async throws {
    try await Self.inFolder { parent in
      let folder = AccessFolder(path: parent)
      var access: AccessFolder.Access?
      try await FakeHTTPServer.serving([.init(), .init(status: 503)]) { address, _ in
        access = AccessFolder.Access(address: address)
        for words in ["it answers", "one that is not ready is there"] {
          #expect(await folder.isAnswered(AccessFolder.Access(address: address)), "\(words)")
        }
      }
      let gone = try #require(access)
      #expect(!(await folder.isAnswered(gone)), "it is gone")
    }
  }

  /// Whose word may be written over, for a server on the machine `lab` with its data in `/data`.
  @Test func aServerWritesOverItsOwnWordAlone() async throws {
    let own = AccessFolder.Origin(identity: "own", machine: "lab", dataFolder: "/data")
    func origin(_ identity: String, _ machine: String, _ folder: String) -> AccessFolder.Origin {
      AccessFolder.Origin(identity: identity, machine: machine, dataFolder: folder)
    }
    let address = try ServerAddress("http://127.0.0.1:5100")
    typealias Case = (words: String, origin: AccessFolder.Origin?, token: String?, isFree: Bool)
    let cases: [Case] = [
      ("its own", own, "t", true),
      ("its own, started on another machine and port", origin("own", "rack", "/mnt/data"), "t", true),
      ("of a folder that was made anew in the same place", origin("old", "lab", "/data"), "t", true),
      ("of the same folder's name on another machine", origin("old", "rack", "/data"), "t", false),
      ("of another folder here", origin("old", "lab", "/other"), "t", false),
      ("of another, but its users are known here, as after an import", origin("old", "lab", "/other"), "known", true),
      ("of before servers said who they are, and the token is known", nil, "known", true),
      ("of before servers said who they are", nil, "t", false),
      ("of before servers said who they are, without a token", nil, nil, false),
    ]
    for one in cases {
      try await Self.inFolder { parent in
        let folder = AccessFolder(path: parent)
        let access = AccessFolder.Access(address: address, origin: one.origin)
        try folder.write(access)
        try folder.write(providerToken: one.token, workerToken: nil)
        #expect(try folder.access() == access)
        let found = folder.occupant(for: own) { $0 == "known" }
        #expect(found == (one.isFree ? .nobody : .another(access)), "\(one.words)")
      }
    }
    try await Self.inFolder { parent in
      let folder = AccessFolder(path: parent)
      #expect(folder.occupant(for: own) { _ in false } == .nobody, "there is nothing")
      try folder.write(providerToken: nil, workerToken: "w")
      #expect(folder.occupant(for: own) { _ in false } == .another(nil), "somebody's token")
      #expect(folder.occupant(for: own) { $0 == "w" } == .nobody)
      try "{".write(toFile: folder.accessPath, atomically: false, encoding: .utf8)
      #expect(folder.occupant(for: own) { _ in false } == .another(nil))
    }
  }

  @Test func precedenceIsFlagThenEnvironmentThenFolder() async throws {
    try await Self.inFolder { parent in
      let folder = AccessFolder(path: parent)
      try folder.write(providerToken: "p", workerToken: "w")
      let access = AccessFolder.Access(
        address: try ServerAddress("https://f:1"), fingerprint: "ab",
        origin: AccessFolder.Origin(identity: "i", machine: "m", dataFolder: "/d"))
      try folder.write(access)
      try "from-file\n".write(toFile: parent + "/t", atomically: false, encoding: .utf8)
      var environment: TextMap = ["BANYAN_HOME": parent]
      let found = try Credentials.found(for: .worker, environment: environment)
      #expect(("\(found.address)", found.token, found.fingerprint) == ("https://f:1", "w", "ab"))
      #expect(found.serverIdentity == "i")
      environment["BANYAN_SERVER"] = "e:2"
      environment["BANYAN_TOKEN"] = "from-environment"
      let other = try Credentials.found(for: .provider, environment: environment)
      #expect(("\(other.address)", other.token, other.fingerprint) == ("http://e:2", "from-environment", nil))
      #expect(other.serverIdentity == nil)
      let flags = try Credentials.found(
        for: .provider, server: "https://f:1", tokenFile: parent + "/t", environment: environment)
      #expect(("\(flags.address)", flags.token, flags.fingerprint) == ("https://f:1", "from-file", "ab"))
      #expect(flags.serverIdentity == "i")
    }
  }

  @Test func withoutAHomeFlagsAreEnough() throws {
    let found = try Credentials.found(for: .provider, server: "h:1", environment: ["BANYAN_TOKEN": "t"])
    #expect(("\(found.address)", found.token) == ("http://h:1", "t"))
    let error = try #require(throws: NoServerKnown.self) { try Credentials.found(for: .provider, environment: [:]) }
    #expect(error.description.contains("HOME") && error.description.contains("--server"))
    let named = try #require(throws: NoServerKnown.self) {
      try Credentials.found(for: .provider, environment: ["HOME": "/nonexistent"])
    }
    #expect(named.description.contains("/nonexistent/.banyan/access.json"))
  }
}
