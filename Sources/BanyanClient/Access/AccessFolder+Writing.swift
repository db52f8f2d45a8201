import BanyanJSON

extension AccessFolder {
  /// Whether a server may leave its word here.
  public enum Occupant: Sendable, Hashable {
    /// Nobody's, or that of a server that doesn't answer any more.
    case none
    /// Another server's, which answers at this address.
    case answering(ServerAddress)
  }

  /// Looks whether the server whose word lies here still answers. One that is `own` counts as nobody.
  /// - Parameter limit: how long it may take.
  public func occupant(own: ServerAddress?, limit: Duration = .seconds(2)) async -> Occupant {
    guard let access = try? access(), access.address != own else { return .none }
    let credentials = Credentials(address: access.address, token: nil, fingerprint: access.fingerprint)
    guard let client = try? HTTPClient(credentials, answerLimit: limit) else { return .none }
    defer { Task { await client.close() } }
    do {
      try await client.json(.get, "/healthz")
      return .answering(access.address)
    } catch is ServerError {
      // Not ready, or shutting down: it is there.
      return .answering(access.address)
    } catch {
      return .none
    }
  }

  /// Writes the tokens of a server's first users, each where one is given.
  ///
  /// They are written before the address: whoever finds the address finds the tokens that go with it.
  public func write(providerToken: String?, workerToken: String?) throws(AccessError) {
    try make()
    if let providerToken { try replace(tokenPath(.provider), with: Array((providerToken + "\n").utf8)) }
    if let workerToken { try replace(tokenPath(.worker), with: Array((workerToken + "\n").utf8)) }
  }

  /// Writes where a server is.
  public func write(_ access: Access) throws(AccessError) {
    try make()
    var document: JSONObject = ["url": .string("\(access.address)")]
    if let fingerprint = access.fingerprint { document["fingerprint"] = .string(fingerprint) }
    var bytes = JSON.object(document).encoded(pretty: true)
    bytes.append(UInt8(ascii: "\n"))
    try replace(accessPath, with: bytes)
  }

  private func make() throws(AccessError) {
    do {
      try FileStore.makeFolder(path)
    } catch {
      throw AccessError(path: path, problem: "the folder can't be made or kept private: \(error)")
    }
  }

  private func replace(_ path: String, with bytes: [UInt8]) throws(AccessError) {
    do {
      try FileStore.replace(path, with: bytes)
    } catch {
      throw AccessError(path: path, problem: "it can't be written: \(error)")
    }
  }
}

extension AccessFolder {
  /// A line that a client left for itself under this name, or nil.
  public func note(named name: String) throws(AccessError) -> String? {
    guard let bytes = try contents(of: "\(path)/\(name)") else { return nil }
    let words = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
    return words.first.map(String.init)
  }

  /// Leaves a line under this name.
  public func write(note: String, named name: String) throws(AccessError) {
    try make()
    try replace("\(path)/\(name)", with: Array((note + "\n").utf8))
  }
}
