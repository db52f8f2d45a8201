/// Where a server listens: `http://host:port/base`, the same for REST and for the socket.
public struct ServerAddress: Sendable, Hashable {
  /// Whether the connection is inside TLS.
  public var isSecure: Bool
  /// A host's name or an IP address, without brackets.
  public var host: String
  /// The TCP port that it listens on.
  public var port: Int
  /// What stands before every path, as in `/queue`, or nothing.
  public var basePath: String

  /// The port of a server that was started without another word.
  public static let standardPort = 5100

  /// An address by its parts.
  public init(isSecure: Bool = false, host: String, port: Int = Self.standardPort, basePath: String = "") {
    self.isSecure = isSecure
    self.host = host
    self.port = port
    self.basePath = basePath
  }

  /// Whether it reaches nothing but the machine that asks.
  public var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

  /// Reads `http://host:port/base`, `https://...`, `ws://...`, `wss://...`, `host:port`, `host`, `[::1]:5100`.
  ///
  /// A URL without a port means what it means in a browser (80, 443); a bare host means port 5100.
  public init(_ text: String) throws(ServerAddressError) {
    var rest = Substring(text)
    var standardPort = Self.standardPort
    isSecure = false
    if let scheme = Self.cut(&rest, through: "://") {
      switch scheme.lowercased() {
      case "http", "ws": standardPort = 80
      case "https", "wss":
        isSecure = true
        standardPort = 443
      default: throw ServerAddressError(text: text, problem: "'\(scheme)' is no scheme of a server")
      }
    }
    let authority = rest.prefix { $0 != "/" }
    var path = rest.dropFirst(authority.count)
    while path.hasSuffix("/") { path.removeLast() }
    guard !rest.contains(where: { $0 == "?" || $0 == "#" || $0.isWhitespace }) else {
      throw ServerAddressError(text: text, problem: "it holds a blank, a ? or a #")
    }
    basePath = String(path)
    guard !authority.contains("@") else {
      throw ServerAddressError(text: text, problem: "a name or a token has no place in it")
    }
    let portText: Substring?
    if authority.hasPrefix("[") {
      guard let end = authority.firstIndex(of: "]") else {
        throw ServerAddressError(text: text, problem: "the bracket is not closed")
      }
      host = String(authority[authority.index(after: authority.startIndex)..<end])
      let tail = authority[authority.index(after: end)...]
      guard tail.isEmpty || tail.hasPrefix(":") else {
        throw ServerAddressError(text: text, problem: "'\(tail)' stands behind the bracket")
      }
      portText = tail.isEmpty ? nil : tail.dropFirst()
    } else if authority.filter({ $0 == ":" }).count > 1 {
      host = String(authority)
      portText = nil
    } else if let colon = authority.firstIndex(of: ":") {
      host = String(authority[..<colon])
      portText = authority[authority.index(after: colon)...]
    } else {
      host = String(authority)
      portText = nil
    }
    guard !host.isEmpty, !host.contains(where: \.isWhitespace) else {
      throw ServerAddressError(text: text, problem: "it names no host")
    }
    guard let portText else {
      port = standardPort
      return
    }
    guard let number = Int(portText), (1...65_535).contains(number) else {
      throw ServerAddressError(text: text, problem: "'\(portText)' is no port, which is a number from 1 to 65535")
    }
    port = number
  }

  /// What stands in a `Host` header.
  var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  private static func cut(_ rest: inout Substring, through mark: String) -> Substring? {
    var start = rest.startIndex
    while start < rest.endIndex {
      if rest[start...].hasPrefix(mark) {
        let head = rest[..<start]
        rest = rest[rest.index(start, offsetBy: mark.count)...]
        return head
      }
      start = rest.index(after: start)
    }
    return nil
  }
}

extension ServerAddress: CustomStringConvertible {
  /// The URL, which is read back the same.
  public var description: String { "\(isSecure ? "https" : "http")://\(authority)\(basePath)" }
}

/// A text that is no server's address.
public struct ServerAddressError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The text that is no address, as it was given.
  public var text: String
  /// What is wrong with it.
  public var problem: String

  /// Both, and what would be right.
  public var description: String {
    "'\(text)' is no server's address: \(problem); give one like http://127.0.0.1:5100"
  }
}
