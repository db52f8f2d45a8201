import BanyanCore
import BanyanJSON

/// A list of tasks is wanted, as a client writes it: `get`.
public struct GetMessage: Sendable, Hashable {
  /// Ties the answer to it.
  public var id: MessageID?
  /// The filter, as in the parameter `where` of REST; nil: all tasks.
  public var filter: JSON?
  /// Which fields; nil: all.
  public var projection: JSON?
  /// In which order: `name,-_created`.
  public var sort: String?
  /// Items on a page.
  public var maxResults: Int?
  /// The page's number, from 1; nil: the first.
  public var page: Int?
  /// Only tasks behind this place (``ItemsMessage/next`` of the page before); nil: from the first.
  public var after: String?
  /// Tasks that were tried again are wanted, too.
  public var replaced: Bool?

  /// For a client to send; without arguments it asks for the first page of all tasks.
  public init(
    id: MessageID? = nil, filter: JSON? = nil, projection: JSON? = nil, sort: String? = nil, maxResults: Int? = nil,
    page: Int? = nil, after: String? = nil, replaced: Bool? = nil
  ) {
    self.id = id
    self.filter = filter
    self.projection = projection
    self.sort = sort
    self.maxResults = maxResults
    self.page = page
    self.after = after
    self.replaced = replaced
  }

  /// Appends the message's text to `buffer`.
  public func encode(into buffer: inout [UInt8]) {
    JSONText.object(into: &buffer) { message in
      message.set("type", "get")
      id?.write(to: &message)
      if let filter { message.set("where", filter) }
      if let projection { message.set("projection", projection) }
      message.set("sort", ifPresent: sort)
      message.set("max_results", ifPresent: maxResults)
      message.set("page", ifPresent: page)
      message.set("after", ifPresent: after)
      message.set("replaced", ifPresent: replaced)
    }
  }
}

/// A list of tasks is wanted, as the server reads it.
public struct GetRequest: Sendable {
  /// Ties the answer to it.
  public var id: MessageID?
  /// Filter, order, page and projection, checked.
  public var query: ListQuery

  /// Reads and checks a `get`; `fields` says which fields it may name.
  public init(_ node: JSONNode, fields: FieldSet = .tasks()) throws(Rejection) {
    do throws(MessageError) { id = try MessageID(of: node) } catch { throw Rejection(error) }
    query = try ListQuery(message: node, fields: fields)
  }
}

/// A page of the tasks that were asked for: `items`.
public struct ItemsMessage: Sendable, Hashable {
  /// The `id` of the request that it answers.
  public var id: MessageID?
  /// The documents on the page.
  public var items: [JSON]
  /// The page's number, from 1.
  public var page: Int
  /// Items on a page.
  public var maxResults: Int
  /// All that are wanted, on whatever page.
  public var total: Int
  /// The journal's sequence that the list shows: a subscription from it misses nothing.
  public var sequence: UInt64
  /// Behind which the list goes on, for the next `get`; nil: it doesn't, or it is sorted.
  public var next: String?
  /// Items of the page that were left out, because the message would have been larger than one may be.
  public var leftOut = 0

  init(_ node: MessageFields) {
    id = MessageID(of: node)
    leftOut =
      node.optionalObject("cut") { cut in
        Int(clamping: cut.integer("left_out", atLeast: 0))
      } ?? 0
    items = node.list("items") { $0.node.value }
    let meta = node.optionalObject("meta") { meta in
      [
        Int(clamping: meta.integer("page", atLeast: 1)),
        Int(clamping: meta.integer("max_results", atLeast: 1)),
        Int(clamping: meta.integer("total", atLeast: 0)),
      ]
    }
    page = meta?[0] ?? 1
    maxResults = meta?[1] ?? items.count
    total = meta?[2] ?? items.count
    sequence = UInt64(clamping: node.integer("sequence", atLeast: 0))
    next = node.optionalObject("meta") { $0.optionalText("next") } ?? nil
  }

  /// Bytes kept free for the words on what was left out.
  private static let maxCutBytes = 256

  /// Appends the text of an answer to `buffer`: the server's way, item by item. An answer that would be too large is cut
  /// into what fits, and says so: `"cut": {"left_out", "message"}`.
  /// - Parameters:
  ///   - id: the request's.
  ///   - tasks: the page.
  ///   - sequence: the journal's that the page shows.
  ///   - options: how the tasks are written.
  ///   - limit: the largest answer, in bytes.
  ///   - effort: pauses between items.
  ///   - buffer: what it is appended to.
  /// - Returns: how many of the page's items were left out; nil if not even one fits: what was appended then is of no use.
  public static func encode(
    id: MessageID?, _ tasks: Selection<TaskRecord>, sequence: UInt64, options: DocumentOptions, limit: Int,
    _ effort: Effort, into buffer: inout [UInt8]
  ) throws(Rejection) -> Int? {
    let start = buffer.count
    JSONText.object(into: &buffer) { message in
      message.set("type", "items")
      id?.write(to: &message)
      message.object("meta") { meta in
        meta.set("page", tasks.page)
        meta.set("max_results", tasks.maxResults)
        meta.set("total", tasks.total)
        meta.set("next", ifPresent: tasks.next?.description)
      }
      message.set("sequence", Int64(clamping: sequence))
    }
    // The items go in front of the bracket that closes it.
    buffer.removeLast()
    buffer.append(contentsOf: Array(#", "items": ["#.utf8))
    for (place, task) in tasks.items.enumerated() {
      let before = buffer.count
      if place > 0 { buffer.append(UInt8(ascii: ",")) }
      JSONText.object(into: &buffer) { TaskDocument.write(task, to: &$0, options) }
      let left = tasks.items.count - place
      guard buffer.count - start + (left == 1 ? 2 : maxCutBytes) <= limit else {
        guard place > 0 else { return nil }
        buffer.removeSubrange(before...)
        cut(left, into: &buffer)
        return left
      }
      try effort.spend(1 + (buffer.count - before) >> 3)
    }
    buffer.append(contentsOf: Array("]}".utf8))
    return 0
  }

  /// Ends a message that not all of a page fits into.
  private static func cut(_ left: Int, into buffer: inout [UInt8]) {
    buffer.append(contentsOf: Array(#"], "cut": "#.utf8))
    JSONText.object(into: &buffer) { cut in
      cut.set("left_out", left)
      cut.set("message", "The page is larger than a message; ask for fewer by max_results, or for less by projection.")
    }
    buffer.append(UInt8(ascii: "}"))
  }
}
