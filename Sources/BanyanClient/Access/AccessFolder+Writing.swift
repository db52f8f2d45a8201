import BanyanJSON

extension AccessFolder {
  /// Whose word lies here, as a server sees it that is to leave its own.
  public enum Occupant: Sendable, Hashable {
    /// Nobody's, this server's, or that of one whose data is no more: it may be written over.
    case nobody
    /// Another server's. Its first users' tokens lie nowhere else.
    case another(Access?)
  }

  /// Looks whose word lies here. A server is known by its data folder, or by tokens that are good there: its address may
  /// be another each time, and mean something else on another machine that shares this folder.
  /// - Parameters:
  ///   - origin: who asks.
  ///   - isKnown: whether a token is that of one of its users.
  public func occupant(for origin: Origin, isKnown: (String) -> Bool) -> Occupant {
    let tokens = [Role.provider, .worker].map { role in Result { try token(role) } }
    if tokens.contains(where: { if case .success(let token?) = $0 { isKnown(token) } else { false } }) {
      return .nobody
    }
    let hasTokens = tokens.contains { if case .success(nil) = $0 { false } else { true } }
    guard let access = try? access() else {
      // Nothing, or what can't be read: tokens may be somebody's all the same.
      return hasTokens ? .another(nil) : .nobody
    }
    guard let known = access.origin else { return .another(access) }
    if known.identity == origin.identity { return .nobody }
    // The folder of its data was removed since, and made anew by this one.
    if known.machine == origin.machine, known.dataFolder == origin.dataFolder { return .nobody }
    return .another(access)
  }

  /// Whether the server whose word lies here answers.
  /// - Parameter limit: how long it may take.
  public func isAnswered(_ access: Access, limit: Duration = .seconds(2)) async -> Bool {
    let credentials = Credentials(address: access.address, token: nil, fingerprint: access.fingerprint)
    guard let client = try? HTTPClient(credentials, answerLimit: limit) else { return false }
    defer { Task { await client.close() } }
    do {
      try await client.json(.get, "/healthz")
      return true
    } catch is ServerError {
      // Not ready, or shutting down: it is there.
      return true
    } catch {
      return false
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

  /// Removes the tokens of a server that is given up.
  public func removeTokens() throws(AccessError) {
    for path in [tokenPath(.provider), tokenPath(.worker)] {
      do {
        try FileStore.remove(path)
      } catch {
        throw AccessError(path: path, problem: "it can't be removed: \(error)")
      }
    }
  }

  /// Writes where a server is.
  public func write(_ access: Access) throws(AccessError) {
    try make()
    var document: JSONObject = ["url": .string("\(access.address)")]
    if let fingerprint = access.fingerprint { document["fingerprint"] = .string(fingerprint) }
    if let origin = access.origin {
      document["server"] = [
        "identity": .string(origin.identity), "machine": .string(origin.machine), "data": .string(origin.dataFolder),
      ]
    }
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
