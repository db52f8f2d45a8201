import BanyanClient
import BanyanJSON

extension Session {
  /// Goes through a list page by page: behind the last item of the page before, where the server says how, so that each
  /// page costs what is on it.
  /// - Parameters:
  ///   - size: items of a page.
  ///   - limit: the most items in all.
  ///   - take: gets the items of a page, and how many there are in all.
  func forEachPage(
    _ path: String, query: [(String, String)] = [], size: Int, limit: Int = .max,
    _ take: ([JSON], Int) async throws -> Void
  ) async throws {
    guard limit > 0 else { return }
    var size = min(size, limit)
    var (count, page) = (0, 1)
    var cursor: String?
    while true {
      let place = cursor.map { ("after", $0) } ?? ("page", "\(page)")
      let answer: JSON
      do {
        answer = try await http.json(.get, path, query: query + [("max_results", "\(size)"), place])
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
      let items = Array(found.prefix(limit - count))
      count += items.count
      try await take(items, answer["_meta"]?["total"]?.integer.flatMap { Int(exactly: $0) } ?? count)
      if found.count < size || count >= limit { return }
      page += 1
      let hadCursor = cursor != nil
      cursor = answer["_links"]?["next"]?["after"]?.string
      if hadCursor, cursor == nil { return }
    }
  }
}
