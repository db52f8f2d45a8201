import BanyanCore
import HTTPTypes
import Hummingbird

/// Where routes are registered: with who may ask, and a 405 for every method that a path lacks.
struct RouteTable {
  let router: Router<RestContext>
  let authorizer: RouteAuthorizer
  let description: APIDescription
  /// What stands before every path, or nothing.
  var basePath = ""

  /// What a method of a path does.
  struct Endpoint: Sendable {
    /// nil: everybody, without a token.
    let roles: Set<Role>?
    /// What is told of it.
    var operation: Operation?
    let body: @Sendable (RestRequest) async throws -> Response
  }

  private static let methods: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options, .trace]
  /// Stands for every method that no path has.
  fileprivate static let unknownMethod = HTTPRequest.Method("FOREIGN") ?? .trace

  /// The router finds a path only with a method that it knows.
  static func known(_ method: HTTPRequest.Method) -> HTTPRequest.Method {
    methods.contains(method) ? method : unknownMethod
  }

  /// Registers the methods of a path, and tells of them.
  func add(_ path: RouterPath, _ endpoints: [HTTPRequest.Method: Endpoint]) {
    description.add(path, endpoints)
    register(path, endpoints)
  }

  /// Registers the methods of a path.
  func register(_ path: RouterPath, _ endpoints: [HTTPRequest.Method: Endpoint]) {
    let path = RouterPath(basePath + path.description)
    for (method, endpoint) in endpoints {
      router.on(path, method: method) { [authorizer] request, context -> Response in
        try await authorizer.answer(request, context, endpoint)
      }
    }
    refuseOthers(than: Set(endpoints.keys), at: path)
  }

  /// Answers 405 to every method of a path but these.
  func refuseOthers(than methods: Set<HTTPRequest.Method>, at path: RouterPath) {
    // HEAD is GET without its body; the router makes it.
    var allowed = methods
    if allowed.contains(.get) { allowed.insert(.head) }
    let names = Self.methods.filter { allowed.contains($0) }.map(\.rawValue).joined(separator: ", ")
    for method in Self.methods + [Self.unknownMethod] where !allowed.contains(method) {
      router.on(path, method: method) { request, _ -> Response in
        let what = method == Self.unknownMethod ? "method of that name" : method.rawValue
        throw RequestError(
          .methodNotAllowed, "\(request.uri.path.prefix(256)) has no \(what); it has \(names).",
          headers: [.allow: names])
      }
    }
  }
}

/// Answers every method, also those that no path has (the router takes them for unknown paths).
struct EveryMethod: HTTPResponder {
  let router: RouterResponder<RestContext>

  func respond(to request: Request, context: RestContext) async throws -> Response {
    let method = RouteTable.known(request.method)
    if method == request.method { return try await router.respond(to: request, context: context) }
    var head = request.head
    head.method = method
    return try await router.respond(to: Request(head: head, body: request.body), context: context)
  }
}

/// Checks a request before its endpoint sees it: host and origin, the token, the role, and the content type where no token
/// is asked for.
struct RouteAuthorizer: Sendable {
  let guards: RequestGuard
  let queue: TaskQueue

  func answer(
    _ request: Request, _ context: RestContext, _ endpoint: RouteTable.Endpoint
  ) async throws -> Response {
    guard let roles = endpoint.roles else {
      try BodyForm(of: request).check()
      return try await endpoint.body(
        RestRequest(
          request: request, path: context.parameters, asker: Principal.nobody,
          reader: LongReads.Asker(user: Principal.nobody.user, presence: context.presence), logger: context.logger))
    }
    // Reading is safe for any page to try: the answer is kept from it by the browser.
    let isReading = request.method == .get || request.method == .head
    try guards.check(host: request.head.authority, origin: isReading ? nil : request.headers[.origin])
    let authorization = request.headers[.authorization]
    guard let user = try guards.user(authorization, from: context.remoteAddress) else { throw guards.unauthorized }
    guard roles.contains(user.role) else { throw Self.roleRefusal(user.role, with: request.method, roles) }
    let form = BodyForm(of: request)
    try form.check()
    if authorization == nil, !isReading, form.hasBody || request.method == .post { try form.checkSaysJSON() }
    if user.role == .worker { await queue.heard(user: user.id) }
    let asker = Principal(user)
    let rest = RestRequest(
      request: request, path: context.parameters, asker: asker,
      reader: LongReads.Asker(user: asker.user, presence: context.presence), logger: context.logger)
    guard Self.isLong(request) else { return try await endpoint.body(rest) }
    // On the connection's loop others would wait until it is read.
    return try await withTaskExecutorPreference(globalConcurrentExecutor) { try await endpoint.body(rest) }
  }

  /// The token is good, and its bearer's role has nothing to do here: that is said, and nothing about tokens.
  private static func roleRefusal(
    _ role: Role, with method: HTTPRequest.Method, _ roles: Set<Role>
  ) -> RequestError {
    let others = roles.map(\.rawValue).sorted().joined(separator: " or a ")
    let business =
      switch role {
      case .provider: "makes tasks and changes them"
      case .worker: "reads tasks, claims them and reports"
      case .viewer: "reads, and changes nothing"
      }
    return RequestError(
      .forbidden, "A \(role.rawValue) \(business): this \(method.rawValue) is for a \(others).")
  }

  /// Whether the body may be more than is read in a millisecond.
  private static func isLong(_ request: Request) -> Bool {
    if request.headers[.transferEncoding] != nil { return true }
    guard let length = request.headers[.contentLength] else { return false }
    return Int(length).map { $0 > 64 << 10 } ?? true
  }
}

extension Set<Role> {
  static let providers: Set<Role> = [.provider]
  static let workers: Set<Role> = [.worker]
  /// Those who read what a provider reads.
  static let readers: Set<Role> = [.provider, .viewer]
  /// All roles: whoever has a token.
  static let anyRole: Set<Role> = [.provider, .viewer, .worker]
  /// Those who change tasks.
  static let writers: Set<Role> = [.provider, .worker]
}

extension Principal {
  /// Who asks where nobody has to say who it is.
  static let nobody = Principal(user: UserID(seconds: 0, rest: 0), name: "nobody", role: .viewer)
}

extension RouteTable.Endpoint {
  /// An endpoint for users of these roles; `operation` describes it in the API's description.
  static func `for`(
    _ roles: Set<Role>, _ operation: Operation?,
    _ body: @escaping @Sendable (RestRequest) async throws -> Response
  ) -> Self {
    Self(roles: roles, operation: operation, body: body)
  }

  /// For certain roles, and nothing is told of it but that it is there.
  static func `for`(
    _ roles: Set<Role>, _ body: @escaping @Sendable (RestRequest) async throws -> Response
  ) -> Self {
    Self(roles: roles, body: body)
  }

  /// For everybody, without a token.
  static func open(
    _ operation: Operation? = nil, _ body: @escaping @Sendable (RestRequest) async throws -> Response
  ) -> Self {
    Self(roles: nil, operation: operation, body: body)
  }
}
