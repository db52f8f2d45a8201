import BanyanClient
import BanyanJSON

/// A list of the server's as lines of JSON, an item a line, just as the server wrote them: very many are passed on without
/// being read, and the next page is on its way meanwhile.
struct ItemLines: Sendable {
  /// A page: its items as lines, how many they are, and where the next one begins.
  private struct Page: Sendable {
    var lines: [UInt8]
    var count: Int
    var next: String?

    /// The first lines, as many as are wanted.
    func first(_ most: Int) -> [UInt8] {
      guard most < count else { return lines }
      var left = most
      let end = lines.firstIndex { byte in
        if byte == UInt8(ascii: "\n") { left -= 1 }
        return left <= 0
      }
      return most < 1 ? [] : Array(lines[...(end ?? lines.endIndex - 1)])
    }
  }

  let http: HTTPClient
  let path: String
  let query: [(String, String)]

  /// Gives all lines, page by page, up to so many of them.
  /// - Returns: how many there were.
  @discardableResult
  func forEachPage(size: Int = 10_000, limit: Int = .max, _ take: ([UInt8]) -> Void) async throws -> Int {
    var size = min(size, max(1, limit))
    var left = limit
    var page = 1
    var place = ("page", "1")
    var coming: Page? = nil
    while left > 0 {
      let current: Page
      do {
        if let coming { current = coming } else { current = try await fetch(place, size) }
      } catch let error as ServerError where error.status == 413 && size > 1 && (page == 1 || place.0 == "after") {
        // Too much for one answer: smaller ones, which begin where this one would have.
        size = max(1, size / 8)
        continue
      }
      let isLast = current.count < size || current.count >= left
      page += 1
      // Behind the last one, where the server says how: it needn't count those before.
      place = current.next.map { ("after", $0) } ?? ("page", "\(page)")
      if isLast {
        take(current.first(left))
        return limit - left + min(left, current.count)
      }
      // A last page of another size would begin elsewhere, where pages are counted.
      let nextSize = current.next == nil ? size : min(size, left - current.count)
      let nextPlace = place
      async let next = fetch(nextPlace, nextSize)
      take(current.lines)
      left -= current.count
      size = nextSize
      do {
        coming = try await next
      } catch let error as ServerError where error.status == 413 {
        // Asked for again, above.
        coming = nil
      }
    }
    return limit - left
  }

  private func fetch(_ place: (String, String), _ size: Int) async throws -> Page {
    let body = try await http.send(.get, path, query: query + [("max_results", "\(size)"), place]).body
    guard let pieces = JSONPieces(of: "_items", in: body) else { throw noList }
    var lines: [UInt8] = []
    lines.reserveCapacity(pieces.list.count + 1)
    for element in pieces.elements {
      lines.append(contentsOf: body[element])
      lines.append(UInt8(ascii: "\n"))
    }
    // What is beside the items is little, and is read.
    var rest = Array(body[..<pieces.list.lowerBound])
    rest += Array("[]".utf8) + body[pieces.list.upperBound...]
    guard let envelope = try? JSON(parsing: rest) else { throw noList }
    return Page(
      lines: lines, count: pieces.elements.count, next: envelope["_links"]?["next"]?["after"]?.string)
  }

  private var noList: ConnectionError {
    ConnectionError.notBanyan("\(http.address)", reason: "its answer to \(path) is no list")
  }
}
