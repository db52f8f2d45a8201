import BanyanCore
import BanyanJSON

/// Where a server leaves its address and the first users' tokens, so that commands and workers on machines that share
/// a home directory need no flags: `~/.banyan`, or what `BANYAN_HOME` says.
///
/// The folder has mode 0700 and its files 0600: who may read it, may use the server.
public struct AccessFolder: Sendable, Hashable {
  /// The role of the user whose token a file holds.
  public enum Role: String, Sendable {
    /// A user who submits, reads and cancels tasks.
    case provider
    /// A user in whose name workers claim tasks and report their ends.
    case worker
  }

  /// What `access.json` says: where the server is, and how its certificate is known.
  public struct Access: Sendable, Hashable {
    /// Where the server listens.
    public var address: ServerAddress
    /// The SHA-256 digest of its certificate in hex, where nobody vouches for it.
    public var fingerprint: String?
    /// Which server it is; nil: one of before servers said so.
    public var origin: Origin?

    /// A way to a server.
    public init(address: ServerAddress, fingerprint: String? = nil, origin: Origin? = nil) {
      self.address = address
      self.fingerprint = fingerprint
      self.origin = origin
    }
  }

  /// Which server left word, wherever it listens.
  public struct Origin: Sendable, Hashable {
    /// The same for every start on a data folder, and for no other.
    public var identity: String
    /// Where it was started.
    public var machine: String
    /// Its data folder there.
    public var dataFolder: String

    /// Describes the server whose access the folder holds.
    public init(identity: String, machine: String, dataFolder: String) {
      self.identity = identity
      self.machine = machine
      self.dataFolder = dataFolder
    }
  }

  /// The folder's path, as it was given or found.
  public let path: String

  /// A folder, which need not exist.
  public init(path: String) { self.path = path }

  /// The folder that the environment names, or nil where it names none: neither `BANYAN_HOME` nor `HOME` is set.
  public init?(environment: TextMap) {
    if let home = environment["BANYAN_HOME"], !home.isEmpty {
      path = home
    } else if let home = environment["HOME"], !home.isEmpty {
      path = home.hasSuffix("/") ? home + ".banyan" : home + "/.banyan"
    } else {
      return nil
    }
  }

  /// The path of `access.json`.
  public var accessPath: String { path + "/access.json" }

  /// The path of a role's token.
  public func tokenPath(_ role: Role) -> String { "\(path)/\(role.rawValue).token" }

  /// Where the server is, or nil where none has left word.
  public func access() throws(AccessError) -> Access? {
    guard let bytes = try contents(of: accessPath) else { return nil }
    do {
      let document = try JSON(parsing: bytes)
      guard let url = document["url"]?.string else {
        throw AccessError(path: accessPath, problem: "the field url is missing")
      }
      return Access(
        address: try ServerAddress(url), fingerprint: document["fingerprint"]?.string,
        origin: Origin(document["server"]))
    } catch {
      throw AccessError(path: accessPath, problem: "\(error)")
    }
  }

  /// A role's token, or nil where there is none.
  public func token(_ role: Role) throws(AccessError) -> String? {
    guard let bytes = try contents(of: tokenPath(role)) else { return nil }
    return try Self.token(in: bytes, path: tokenPath(role))
  }

  /// The token in a file that somebody named.
  public static func token(inFile path: String) throws(AccessError) -> String {
    guard let bytes = try contents(of: path) else {
      throw AccessError(path: path, problem: "there is no such file")
    }
    return try token(in: bytes, path: path)
  }

  private static func token(in bytes: [UInt8], path: String) throws(AccessError) -> String {
    let text = String(decoding: bytes, as: UTF8.self)
    let token = text.split(whereSeparator: \.isWhitespace)
    guard token.count == 1, let only = token.first, !only.contains(":") else {
      throw AccessError(path: path, problem: "it should hold one token and nothing else")
    }
    return String(only)
  }

  func contents(of path: String) throws(AccessError) -> [UInt8]? { try Self.contents(of: path) }

  private static func contents(of path: String) throws(AccessError) -> [UInt8]? {
    do {
      return try FileStore.read(path)
    } catch {
      throw AccessError(path: path, problem: error.description)
    }
  }
}

extension AccessFolder.Origin {
  fileprivate init?(_ document: JSON?) {
    guard let identity = document?["identity"]?.string, let machine = document?["machine"]?.string,
      let dataFolder = document?["data"]?.string
    else { return nil }
    self.init(identity: identity, machine: machine, dataFolder: dataFolder)
  }
}

/// The access folder, or a file that somebody named, is not as it should be.
public struct AccessError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The path of the file that can't be used.
  public var path: String
  /// What is wrong with it.
  public var problem: String

  /// An error about a file.
  public init(path: String, problem: String) {
    self.path = path
    self.problem = problem
  }

  /// Both, in a sentence.
  public var description: String { "\(path): \(problem)" }
}
