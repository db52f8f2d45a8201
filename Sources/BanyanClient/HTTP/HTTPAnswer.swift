public import BanyanJSON

/// What the server answered to a request.
public struct HTTPAnswer: Sendable {
  /// The status of HTTP.
  public var status: Int
  /// The headers in their order.
  public var headers: [(name: String, value: String)]
  /// The body's bytes, without a transfer encoding.
  public var body: [UInt8]

  /// An answer, as it was received or as a test has it.
  public init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// The first header of this name, in whatever letters.
  public func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }

  /// The body as JSON.
  public func json() throws(JSONError) -> JSON {
    try JSON(parsing: body, limits: JSONLimits(maxBytes: 256 << 20, maxDepth: 256, maxValues: 16_000_000))
  }
}
