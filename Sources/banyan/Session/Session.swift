import BanyanClient
import BanyanJSON

/// What a command that talks to the server works with.
struct Session {
  let surroundings: Surroundings
  let credentials: Credentials
  let http: HTTPClient

  init(_ options: ConnectionOptions) throws {
    surroundings = Surroundings.ofProcess()
    credentials = try options.credentials(surroundings)
    http = try HTTPClient(credentials)
  }

  init(_ credentials: Credentials, _ surroundings: Surroundings) throws {
    self.surroundings = surroundings
    self.credentials = credentials
    http = try HTTPClient(credentials)
  }

  var last: LastSubmission { LastSubmission(folder: AccessFolder(environment: surroundings.environment)) }

  /// GET requests of this session.
  var asking: JobReading.Asking {
    { [http] path, query in try await http.json(.get, path, query: query) }
  }

  var selectors: SelectorResolver {
    SelectorResolver(ask: asking) { [last] back in try last.read(back: back) }
  }

  var jobs: JobReading { JobReading(ask: asking) }

  var jobChanges: JobChanges {
    JobChanges { [http] verb, path, body, key in try await http.json(verb, path, body: body, key: key) }
  }

  var submitter: TaskSubmitter { TaskSubmitter(http: http) }

  /// All items of a list, page by page, up to `limit`; and how many there are.
  func list(
    _ path: String, query: [(String, String)] = [], limit: Int = .max
  ) async throws -> (items: [JSON], total: Int) {
    var items: [JSON] = []
    var total = 0
    var size = min(limit, 1000)
    var page = 1
    while true {
      let pages = [("max_results", "\(size)"), ("page", "\(page)")]
      let answer: JSON
      do {
        answer = try await http.json(.get, path, query: query + pages)
      } catch let error as ServerError where error.status == 413 && size > 1 {
        // Too much for one answer: smaller pages, of which one begins where this one does.
        let parts = (2...size).first { size.isMultiple(of: $0) } ?? size
        page = (page - 1) * parts + 1
        size /= parts
        continue
      }
      guard let found = answer["_items"]?.array else {
        throw ConnectionError.notBanyan("\(http.address)", reason: "its answer to \(path) is no list")
      }
      items += found
      total = answer["_meta"]?["total"]?.integer.flatMap { Int(exactly: $0) } ?? items.count
      if found.count < size || items.count >= limit { break }
      page += 1
    }
    return (Array(items.prefix(limit)), max(total, items.count))
  }
}
