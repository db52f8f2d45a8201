import BanyanCore
import Hummingbird

/// The REST resources on what the server is made of.
extension ServerContext {
  /// The checks before requests and handshakes.
  var guards: RequestGuard {
    RequestGuard(
      gatekeeper: gatekeeper, allowedOrigins: Set(configuration.allowedOrigins),
      isSecure: configuration.tls != nil)
  }

  /// Decides which requests may become WebSocket connections, and as whom.
  var upgradePolicy: UpgradePolicy { guards.upgradePolicy(path: configuration.basePath + "/ws") }

  /// What is answered before the router; nil: where no token is asked for, the router asks other things first.
  var lookup: DirectTaskLookup? {
    if guards.isOpen { return nil }
    return DirectTaskLookup(
      queue: queue, directory: gatekeeper.directory, meter: meter, basePath: configuration.basePath)
  }

  /// Registers all routes, and makes of them what answers each HTTP request.
  func responder() -> EveryMethod {
    let router = Router(context: RestContext.self, options: .autoGenerateHeadEndpoints)
    router.add(middleware: MetricsMiddleware(meter: meter))
    router.add(middleware: ErrorMiddleware())
    let table = RouteTable(
      router: router, authorizer: RouteAuthorizer(guards: guards, queue: queue),
      description: APIDescription(version: configuration.version, basePath: configuration.basePath),
      basePath: configuration.basePath)
    HealthRoutes(queue: queue, snapshotter: snapshotter).add(to: table)
    SocketRoute(policy: upgradePolicy).add(to: table)
    TaskListRoutes(queue: queue, tokens: tokens).add(to: table)
    TaskRoutes(queue: queue, tokens: tokens).add(to: table)
    JobRoutes(queue: queue, forecaster: forecaster).add(to: table)
    JobRetryRoute(queue: queue).add(to: table)
    JobResultsRoute(queue: queue, usage: usage).add(to: table)
    JobStatisticsRoute(queue: queue, forecaster: forecaster).add(to: table)
    JobWhyRoute(queue: queue, forecaster: forecaster).add(to: table)
    JobGraphRoute(queue: queue).add(to: table)
    JobGlanceRoute(queue: queue).add(to: table)
    ContinuationRoutes(queue: queue).add(to: table)
    RetryRoutes(queue: queue).add(to: table)
    WhyRoutes(queue: queue, forecaster: forecaster).add(to: table)
    HistoryRoutes(queue: queue, usage: usage).add(to: table)
    LogRoute(queue: queue, tails: tails).add(to: table)
    WorkerRoutes(queue: queue).add(to: table)
    UserRoutes(queue: queue).add(to: table)
    SnapshotRoutes(snapshotter: snapshotter, queue: queue).add(to: table)
    StatisticsRoutes(context: self).add(to: table)
    MemoryUsageRoute(queue: queue).add(to: table)
    MetricsRoute(context: self).add(to: table)
    PageRoutes(
      board: LiveBoard(queue: queue, clock: clock), feed: feed, loop: queue.loop, basePath: configuration.basePath
    ).add(to: table)
    DescriptionRoute().add(to: table)
    return EveryMethod(router: router.buildResponder())
  }
}
