import BanyanWire
import Crypto

/// Whose a worker's state folder is: one worker's of one server.
public struct StateOwner: Sendable, Hashable {
  /// The worker's name, whatever characters it has.
  public var name: String
  /// The server's address, `HOST:PORT` and the path before its routes.
  public var server: String
  /// Which server it is, wherever it listens; nil: only its address is known.
  public var identity: String?

  /// The worker of a name, at a server.
  public init(name: String, server: String, identity: String? = nil) {
    self.name = name
    self.server = server
    self.identity = identity
  }

  /// The folder's name: no two owners share it, and it is short whatever their names are. It goes by the server's
  /// identity where that is known, so that another server at the same address has another.
  var folderName: String { folderName(of: identity.map { "identity:\($0)" } ?? "address:\(server)") }

  /// The folder's name where only the server's address is known.
  var addressName: String { folderName(of: "address:\(server)") }

  /// The paths that the folder had when less was known of the server, or went by its owner's names as they are, the
  /// newest first.
  var formerPaths: [String] {
    var paths: [String] = []
    if identity != nil { paths.append(addressName) }
    let name = Self.escaped(name)
    guard !name.isEmpty, name != ".", name != "..", name.utf8.count <= 255 else { return paths }
    return paths + ["\(formerServer)/\(name)", name]
  }

  /// The server as a part of a former path.
  var formerServer: String { Self.escaped(server) }

  /// The longest part of the worker's name that the folder's name shows.
  private static let shownLength = 32

  private func folderName(of server: String) -> String {
    // Neither an identity nor an address has such a byte.
    let digest = SHA256.hash(data: Array("\(server)\0\(name)".utf8))
    let isPlain: (UInt8) -> Bool = { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
    let shown = name.utf8.prefix(Self.shownLength).map { isPlain($0) ? $0 : UInt8(ascii: "-") }
    return "\(String(decoding: shown, as: UTF8.self))-\(Hex.text(of: digest.prefix(8)))"
  }

  private static func escaped(_ text: String) -> String {
    String(text.map { $0 == "/" || $0 == "\0" ? "_" : $0 })
  }
}
