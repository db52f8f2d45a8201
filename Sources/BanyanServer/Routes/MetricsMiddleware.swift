import Hummingbird

/// Measures every request by its method and the pattern of its path.
struct MetricsMiddleware: RouterMiddleware {
  typealias Context = RestContext
  let meter: RequestMeter

  func handle(
    _ request: Request, context: RestContext, next: (Request, RestContext) async throws -> Response
  ) async throws -> Response {
    let start = RequestMeter.now()
    let response = try await next(request, context)
    // A path that is no resource, and a method that nobody knows, are counted together: clients choose how many there are.
    let path = context.endpointPath.flatMap { $0.hasPrefix("/") ? $0 : nil }
    let route = RequestMeter.Route(method: path == nil ? "other" : request.method.rawValue, path: path ?? "other")
    meter.answered(route, status: response.status.code, since: start)
    return response
  }
}
