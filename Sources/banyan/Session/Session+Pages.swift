import BanyanClient
import BanyanJSON

extension Session {
  /// What a page of a list tells beside its items.
  private struct Page {
    var count: Int
    var total: Int?
    /// Where the next one begins; nil: the server doesn't say.
    var cursor: String?

    init(count: Int, _ document: JSON) {
      self.count = count
      total = document["_meta"]?["total"]?.integer.flatMap { Int(exactly: $0) }
      cursor = document["_links"]?["next"]?["after"]?.string
    }
  }

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
    try await pages(path, query, size, limit) { answer, left, before in
      let document = try answer.json()
      guard let found = document["_items"]?.array else { return nil }
      let page = Page(count: found.count, document)
      let items = Array(found.prefix(left))
      try await take(items, page.total ?? before + items.count)
      return page
    }
  }

  /// The same for who only hands the items on: as they were written, a line each.
  /// - Parameter take: gets the lines of a page, and how many they are.
  func forEachPageOfLines(
    _ path: String, query: [(String, String)] = [], size: Int, limit: Int = .max, _ take: ([UInt8], Int) throws -> Void
  ) async throws {
    try await pages(path, query, size, limit) { answer, left, _ in
      if let list = try JSONListText(answer.body, member: "_items"), list.count <= left {
        try take(list.lines, list.count)
        return Page(count: list.count, list.rest)
      }
      let document = try answer.json()
      guard let found = document["_items"]?.array else { return nil }
      let items = found.prefix(left)
      try take(items.flatMap { $0.encoded() + [UInt8(ascii: "\n")] }, items.count)
      return Page(count: found.count, document)
    }
  }

  /// - Parameter read: takes a page, of which only so many items are wanted behind so many; nil: it is none.
  private func pages(
    _ path: String, _ query: [(String, String)], _ size: Int, _ limit: Int,
    _ read: (HTTPAnswer, _ left: Int, _ before: Int) async throws -> Page?
  ) async throws {
    guard limit > 0 else { return }
    var size = min(size, limit)
    var (count, number) = (0, 1)
    var cursor: String?
    while true {
      let place = cursor.map { ("after", $0) } ?? ("page", "\(number)")
      let answer: HTTPAnswer
      do {
        answer = try await http.send(.get, path, query: query + [("max_results", "\(size)"), place])
      } catch let error as ServerError where error.status == 413 && size > 1 {
        // Too much for one answer: smaller pages, of which one begins where this one does.
        let parts = (2...size).first { size.isMultiple(of: $0) } ?? size
        number = (number - 1) * parts + 1
        size /= parts
        continue
      }
      guard let page = try await read(answer, limit - count, count) else {
        throw ConnectionError.notBanyan("\(http.address)", reason: "its answer to \(path) is no list")
      }
      count += page.count
      if page.count < size || count >= limit { return }
      number += 1
      if cursor != nil, page.cursor == nil { return }
      cursor = page.cursor
    }
  }
}
