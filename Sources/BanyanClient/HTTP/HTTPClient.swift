public import BanyanJSON
internal import BanyanWire
import NIOCore
import NIOHTTP1

/// REST requests to one server, over connections that are kept alive.
public actor HTTPClient {
  /// What a request does.
  public enum Verb: String, Sendable {
    /// Reads a resource and changes nothing.
    case get = "GET"
    /// Makes resources of what the body says.
    case post = "POST"
    /// Changes the fields that the body names.
    case patch = "PATCH"
    /// Removes a resource; sent again, it removes nothing more.
    case delete = "DELETE"
  }

  static let userAgent = "banyan"

  /// The server that requests go to.
  public nonisolated let address: ServerAddress
  private let transport: Transport
  private let authorization: String?
  private let answerLimit: Duration
  private var idle: [HTTPConnection] = []

  /// A client that connects with its first request.
  /// - Parameter answerLimit: how long an answer may take.
  public init(_ credentials: Credentials, answerLimit: Duration = .seconds(60)) throws(ConnectionError) {
    address = credentials.address
    transport = try Transport(address: credentials.address, fingerprint: credentials.fingerprint)
    authorization = credentials.authorization
    self.answerLimit = answerLimit
  }

  /// Sends a request and gives the JSON of its answer; `null` where it has none.
  /// - Parameters:
  ///   - path: below the server's base path, with its slash: `/tasks/56a2...`; percent-encode what is put into it.
  ///   - query: names and values as they are; they are encoded here.
  ///   - key: an idempotency key; a request that has one is asked again where its connection broke.
  /// - Throws: ``ServerError`` for an answer of 400 or more, ``ConnectionError`` where none came.
  @discardableResult
  public func json(
    _ verb: Verb, _ path: String, query: [(String, String)] = [], body: JSON? = nil, key: String? = nil
  ) async throws -> JSON {
    let answer = try await send(verb, path, query: query, body: body, key: key)
    guard !answer.body.isEmpty else { return .null }
    do {
      return try answer.json()
    } catch {
      throw ConnectionError.notBanyan("\(address)", reason: "it answered with something that is not JSON")
    }
  }

  /// Sends a request and gives its answer as it is; see ``json(_:_:query:body:key:)``.
  /// - Parameter accept: the media type that is asked for, where a resource has several.
  public func send(
    _ verb: Verb, _ path: String, query: [(String, String)] = [], body: JSON? = nil, key: String? = nil,
    accept: String = "*/*"
  ) async throws -> HTTPAnswer {
    let bytes = body?.encoded() ?? []
    let head = head(verb, path, query, bodyBytes: body == nil ? nil : bytes.count, key, accept)
    let isRepeatable = verb == .get || key != nil
    while let connection = idle.popLast() {
      guard await connection.isReusable() else { continue }
      do {
        return try await exchange(head, bytes, on: connection)
      } catch ConnectionError.broken where isRepeatable {
        // The server had let go of an idle connection; a fresh one decides.
        break
      }
    }
    return try await exchange(head, bytes, on: HTTPConnection.open(transport))
  }

  /// Lets go of the idle connections.
  public func close() {
    for connection in idle { connection.close() }
    idle = []
  }

  private func exchange(
    _ head: HTTPRequestHead, _ body: [UInt8], on connection: HTTPConnection
  ) async throws -> HTTPAnswer {
    let answer: HTTPAnswer
    do {
      answer = try await connection.send(head, body: body, limit: answerLimit, server: "\(address)")
    } catch {
      connection.close()
      try Task.checkCancellation()
      throw ConnectionError.talking(to: address, failed: error)
    }
    if await connection.isReusable() { idle.append(connection) } else { connection.close() }
    guard answer.status < 400 else {
      if answer.header("Content-Type")?.contains("json") != true, answer.status != 401 {
        throw ConnectionError.notBanyan(
          "\(address)", reason: "it answered with status \(answer.status) and no JSON")
      }
      throw ServerError(answer)
    }
    return answer
  }

  private func head(
    _ verb: Verb, _ path: String, _ query: [(String, String)], bodyBytes: Int?, _ key: String?, _ accept: String
  ) -> HTTPRequestHead {
    var headers = HTTPHeaders()
    headers.add(name: "Host", value: address.authority)
    headers.add(name: "User-Agent", value: Self.userAgent)
    headers.add(name: "Accept", value: accept)
    if let authorization { headers.add(name: "Authorization", value: authorization) }
    if let bodyBytes {
      headers.add(name: "Content-Type", value: "application/json")
      headers.add(name: "Content-Length", value: "\(bodyBytes)")
    } else if verb == .post || verb == .patch {
      headers.add(name: "Content-Length", value: "0")
    }
    if let key { headers.add(name: "Idempotency-Key", value: key) }
    let uri = address.basePath + path + PercentEncoding.query(query)
    return HTTPRequestHead(version: .http1_1, method: .init(rawValue: verb.rawValue), uri: uri, headers: headers)
  }
}
