import BanyanClient
import BanyanServer
import BanyanWorker
import Logging

/// A server and a worker inside this process, for as long as some work lasts.
struct LocalQueue {
  /// Journal, snapshots, the worker's state and the logs lie below it.
  let folder: String
  let surroundings: Surroundings

  /// Where the logs of tasks lie, `TASK/ATTEMPT/stdout`.
  var logs: String { folder + "/logs" }
  /// What is of no use once the queue has ended.
  var passing: [String] { [folder + "/data", folder + "/worker"] }

  /// Starts both, does the work with a session of its own, and ends both.
  func serve<Result: Sendable>(_ work: @escaping @Sendable (Session) async throws -> Result) async throws -> Result {
    var logger = Logger(label: "banyan") { StderrLog(label: $0) }
    logger.logLevel = .warning
    try FolderMaking.make(folder + "/data")
    let (readiness, announce) = AsyncStream.makeStream(of: Server.Ready.self)
    var configuration = ServerConfiguration(dataFolder: folder + "/data")
    configuration.port = 0
    configuration.version = Banyan.version
    let server = Server(configuration: configuration, logger: logger)
    return try await withThrowingTaskGroup(of: Result?.self) { group in
      group.addTask {
        defer { announce.finish() }
        try await server.run { announce.yield($0) }
        return nil
      }
      var first = readiness.makeAsyncIterator()
      guard let ready = await first.next() else {
        // It ended before it was ready: its error says why.
        _ = try await group.next()
        throw CancellationError()
      }
      let tokens = try tokens(of: ready)
      let address = try ServerAddress(ready.url)
      let worker = try worker(Credentials(address: address, token: tokens.worker), logger)
      let session = try Session(Credentials(address: address, token: tokens.provider), surroundings)
      group.addTask {
        let outcome = try await worker.run()
        switch outcome {
        case .refused(let code, let reason): throw SocketRefusal(status: code, message: reason)
        case .anotherServer(let words): throw UsageError(words)
        case .drained, .letGo, .unregistered: return nil
        }
      }
      group.addTask { try await work(session) }
      do {
        while let ended = try await group.next() {
          guard let result = ended else { continue }
          // The worker first: what it still has to report needs the server.
          worker.drain()
          _ = try await group.next()
          group.cancelAll()
          while try await group.next() != nil {}
          await session.http.close()
          return result
        }
      } catch {
        worker.drain()
        group.cancelAll()
        throw error
      }
      throw CancellationError()
    }
  }

  /// The first users' tokens, kept beside the data for the next run on it.
  private func tokens(of ready: Server.Ready) throws -> (provider: String?, worker: String?) {
    let access = AccessFolder(path: folder + "/access")
    let provider = ready.firstUsers.first { $0.role == .provider }?.token
    let worker = ready.firstUsers.first { $0.role == .worker }?.token
    if provider != nil || worker != nil { try access.write(providerToken: provider, workerToken: worker) }
    return (try access.token(.provider), try access.token(.worker))
  }

  private func worker(_ credentials: Credentials, _ logger: Logger) throws -> Worker {
    let (offer, _) = try MachineOffer().measure()
    var configuration = WorkerConfiguration(
      name: WorkerPlace.machineName(), version: Banyan.version, offer: offer, stateFolder: folder + "/worker")
    configuration.logsFolder = logs
    return Worker(configuration, transport: try SocketTransport(credentials), log: logger)
  }
}
