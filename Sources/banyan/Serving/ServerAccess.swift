import BanyanClient
import BanyanServer

/// Where a server leaves word of itself: its address, and its first users' tokens.
struct ServerAccess: Sendable {
  /// Nil where there is no home and none was named.
  let folder: AccessFolder?
  /// Of the first users' tokens where there is no other place for them.
  let spare: AccessFolder
  /// Its word may be written over that of another server, which a person said.
  let isForced: Bool
  private let machine: String
  private let dataFolder: String

  /// - Parameters:
  ///   - flag: the folder that `--access` names.
  ///   - data: the data folder.
  init(flag: String?, isForced: Bool, data: String, _ surroundings: Surroundings) throws {
    folder =
      try flag.map { AccessFolder(path: try surroundings.absolute($0)) }
      ?? AccessFolder(environment: surroundings.environment)
    spare = AccessFolder(path: data + "/access")
    self.isForced = isForced
    machine = WorkerPlace.machineName()
    dataFolder = data
  }

  private func origin(_ identity: String) -> AccessFolder.Origin {
    AccessFolder.Origin(identity: identity, machine: machine, dataFolder: dataFolder)
  }

  /// Refuses to start where the word of another server lies: its users would be locked out, or this one's would have to
  /// look elsewhere without knowing. Called before anything of this server is made.
  func check(_ recovered: Server.Recovered) async throws {
    guard let folder else { return }
    guard case .another(let access) = folder.occupant(for: origin(recovered.identity), isKnown: recovered.isKnown)
    else { return }
    let whose = access.map { ": \(Self.words($0))" } ?? ""
    let isAnswered: Bool = if let access { await folder.isAnswered(access) } else { false }
    if isForced, !isAnswered { return }
    throw UsageError(
      """
      \(folder.path) is another server's\(whose), whose users would be locked out
      give this one a folder of its own by --access DIR (its users say BANYAN_HOME=DIR)\
      \(isAnswered ? "; that server answers: stop it before you take its folder over" : ", or take that one over by --force")
      """)
  }

  private static func words(_ access: AccessFolder.Access) -> String {
    guard let origin = access.origin else { return "\(access.address)" }
    return "\(access.address), on \(origin.machine), with its data in \(origin.dataFolder)"
  }

  /// Writes the access folder, and prints the URL. Tells what whoever started the server should know.
  func announce(_ ready: Server.Ready) -> [String] {
    // Written before the URL is printed: whoever reads the line finds the folder.
    let notice = leaveWord(ready)
    Output.result(ready.url)
    return notice
  }

  /// Keeps the tokens of users that were made just now: should the start fail behind it, they are lost otherwise.
  /// - Returns: the path of the folder that has them; nil: none could be written.
  @discardableResult
  func keep(_ users: [Server.FirstUser]) -> String? {
    guard !users.isEmpty else { return nil }
    let (provider, worker) = Self.tokens(of: users)
    for place in [folder, spare].compactMap(\.self) {
      // What is wrong with the folder is told when the address is written there, too.
      do {
        try place.write(providerToken: provider, workerToken: worker)
        return place.path
      } catch {
        continue
      }
    }
    return nil
  }

  private static func tokens(of users: [Server.FirstUser]) -> (provider: String?, worker: String?) {
    (users.first { $0.role == .provider }?.token, users.first { $0.role == .worker }?.token)
  }

  private func leaveWord(_ ready: Server.Ready) -> [String] {
    let (provider, worker) = Self.tokens(of: ready.firstUsers)
    guard let address = try? ServerAddress(ready.url) else { return ["its URL can't be written down: \(ready.url)"] }
    let access = AccessFolder.Access(
      address: address, fingerprint: ready.fingerprint, origin: origin(ready.identity))
    guard let folder else {
      return spareWord(access, provider, worker, why: "neither BANYAN_HOME nor HOME is set")
    }
    do {
      try folder.write(providerToken: provider, workerToken: worker)
      try folder.write(access)
      let hasToken = try folder.token(.provider) != nil
      if hasToken { return [] }
      return ["the users of this data folder were made before, and \(folder.path) has no token of theirs"]
    } catch {
      return spareWord(access, provider, worker, why: "the access folder can't be written: \(error)")
    }
  }

  private func spareWord(
    _ access: AccessFolder.Access, _ provider: String?, _ worker: String?, why: String
  ) -> [String] {
    do {
      try spare.write(providerToken: provider, workerToken: worker)
      try spare.write(access)
      return [why, "so word of this one lies in \(spare.path): set BANYAN_HOME to it to use this server"]
    } catch {
      return [why, "and \(error)"]
    }
  }
}
