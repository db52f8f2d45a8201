import BanyanClient
import BanyanWorker
import Glibc

/// Where a worker of this machine keeps its state.
enum WorkerPlace {
  /// The machine's name, made safe for a file's name and a table.
  static func machineName() -> String {
    var bytes = [CChar](repeating: 0, count: 256)
    guard gethostname(&bytes, bytes.count - 1) == 0 else { return "worker" }
    let name = String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let first = name.prefix { $0 != "." }
    let safe = String(first.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") ? $0 : "-" })
    return safe.isEmpty ? "worker" : safe
  }

  /// A server by its address, as in `lab:5100`: this machine has several names for itself.
  static func key(of server: ServerAddress) -> String {
    let isHere = ["localhost", "127.0.0.1", "::1"].contains(server.host.lowercased())
    let host = isHere ? "localhost" : server.host.lowercased()
    return "\(host):\(server.port)\(server.basePath)"
  }

  /// The folder of the worker of this name for this server, and whose it is (nil: the flag names it).
  static func folder(
    of name: String, at credentials: Credentials, flag: String?, _ surroundings: Surroundings
  ) throws -> (path: String, owner: StateOwner?) {
    if let flag { return (try surroundings.absolute(flag), nil) }
    let owner = StateOwner(name: name, server: key(of: credentials.address), identity: credentials.serverIdentity)
    return (StateFolder.path(in: try workers(surroundings), of: owner), owner)
  }

  /// Where the folders of this user's workers lie.
  private static func workers(_ surroundings: Surroundings) throws -> String {
    if let state = surroundings.environment["XDG_STATE_HOME"], state.hasPrefix("/") {
      return state + "/banyan/workers"
    }
    guard let home = surroundings.environment["HOME"], !home.isEmpty else {
      throw UsageError("there is no place for the worker's state: HOME is not set; give --state DIR")
    }
    return home + "/.local/state/banyan/workers"
  }
}
