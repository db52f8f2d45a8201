import BanyanClient
import BanyanServer

/// Where a server leaves word of itself.
struct ServerAccess: Sendable {
  /// Nil where there is no home.
  let folder: AccessFolder?
  /// The one that the user's commands look into belongs to another server, which answers.
  let other: ServerAddress?
  /// Of the first users' tokens where there is no other place for them.
  let spare: AccessFolder

  /// Looks who is there, before this server is.
  static func chosen(_ surroundings: Surroundings, data: String) async -> ServerAccess {
    let spare = AccessFolder(path: data + "/access")
    guard let folder = AccessFolder(environment: surroundings.environment) else {
      return ServerAccess(folder: nil, other: nil, spare: spare)
    }
    switch await folder.occupant(own: nil) {
    case .none: return ServerAccess(folder: folder, other: nil, spare: spare)
    case .answering(let address): return ServerAccess(folder: folder, other: address, spare: spare)
    }
  }

  /// Writes the access folder, and prints the URL. Tells what whoever started the server should know.
  func announce(_ ready: Server.Ready) -> [String] {
    // Written before the URL is printed: whoever reads the line finds the folder.
    let notice = leaveWord(ready)
    Output.result(ready.url)
    return notice
  }

  private func leaveWord(_ ready: Server.Ready) -> [String] {
    let provider = ready.firstUsers.first { $0.role == .provider }?.token
    let worker = ready.firstUsers.first { $0.role == .worker }?.token
    guard let address = try? ServerAddress(ready.url) else { return ["its URL can't be written down: \(ready.url)"] }
    let access = AccessFolder.Access(address: address, fingerprint: ready.fingerprint)
    if let folder, other == nil {
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
    let why =
      other.map { "the access folder \(folder?.path ?? "") is that of the server at \($0), which answers" }
      ?? "neither BANYAN_HOME nor HOME is set"
    return spareWord(access, provider, worker, why: why)
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
