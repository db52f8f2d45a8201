import BanyanCore
import BanyanJSON

/// What REST answers beside single documents.
public enum Envelope {
  /// The largest list, in bytes: a page of however many items is made in memory before it is sent.
  public static let maxListBytes = 64 << 20

  /// Where a list goes on: makes the address of the page behind a cursor.
  public typealias Link = @Sendable (ListCursor) -> String

  /// `{"_items": [...], "_meta": {"page", "max_results", "total"}, "_links": {"next": {"href", "after"}}?}`
  /// - Parameters:
  ///   - page: what is on it.
  ///   - limit: bytes; a page that is larger is refused, and says how to ask for less.
  ///   - link: the address of the page behind a cursor; nil: none is told.
  ///   - effort: pauses between items.
  ///   - item: writes one of the page's items.
  public static func list<Item>(
    _ page: Selection<Item>, limit: Int = maxListBytes, link: Link? = nil, _ effort: Effort,
    item: (Item, inout JSONObjectWriter) -> Void
  ) throws(Rejection) -> [UInt8] {
    var text = Array(#"{"_items": ["#.utf8)
    for (place, one) in page.items.enumerated() {
      let before = text.count
      if place > 0 { text.append(contentsOf: Array(", ".utf8)) }
      JSONText.object(into: &text) { item(one, &$0) }
      guard text.count <= limit else {
        throw Rejection(
          .tooLarge,
          "These \(page.items.count) items are more than the \(limit) bytes of an answer, of which \(place) fill \(before); ask for fewer by max_results and page, or for less of each by projection."
        )
      }
      try effort.spend(1 + (text.count - before) >> 3)
    }
    text.append(contentsOf: Array(#"], "_meta": "#.utf8))
    JSONText.object(into: &text) { meta in
      meta.set("page", page.page)
      meta.set("max_results", page.maxResults)
      meta.set("total", page.total)
    }
    if let next = page.next, let link {
      text.append(contentsOf: Array(#", "_links": "#.utf8))
      JSONText.object(into: &text) { links in
        links.object("next") { one in
          one.set("href", link(next))
          one.set("after", next.description)
        }
      }
    }
    text.append(UInt8(ascii: "}"))
    return text
  }

  /// A list of tasks.
  public static func list(
    _ tasks: Selection<TaskRecord>, _ options: DocumentOptions, link: Link? = nil, _ effort: Effort
  ) throws(Rejection) -> [UInt8] {
    try list(tasks, link: link, effort) { TaskDocument.write($0, to: &$1, options) }
  }

  /// A list of anything else.
  public static func list(
    _ documents: Selection<Document>, _ options: DocumentOptions, _ effort: Effort
  ) throws(Rejection) -> [UInt8] {
    try list(documents, effort) { $0.write(to: &$1, options) }
  }

  /// `{"_status": "OK", "_id", "_created", "_updated"}` and what a resource adds: the answer to a write.
  public static func written(
    _ id: Identifier, created: Int64, updated: Int64, dates: DateForm = .rfc1123,
    _ more: (inout JSONObjectWriter) -> Void = { _ in }
  ) -> [UInt8] {
    JSONText.object { body in
      write(id, created: created, updated: updated, dates: dates, to: &body)
      more(&body)
    }
  }

  /// The answer to the write of one task.
  public static func written(
    _ task: TaskRecord, dates: DateForm = .rfc1123, _ more: (inout JSONObjectWriter) -> Void = { _ in }
  ) -> [UInt8] {
    written(task.id, created: task.created, updated: task.updated, dates: dates, more)
  }

  /// `{"_status": "OK", "_items": [{"_id", "copy_of"}, ...]}`: the answer to a retry of many tasks.
  public static func retried(_ copies: [(copy: TaskID, of: TaskID)]) -> [UInt8] {
    JSONText.object { body in
      body.set("_status", "OK")
      RetryDocument.write(copies, to: &body)
    }
  }

  /// `{"_status": "OK", "_items": [...]}`: the answer to a write of many tasks.
  public static func written(_ tasks: [TaskRecord], dates: DateForm = .rfc1123) -> [UInt8] {
    JSONText.object { body in
      body.set("_status", "OK")
      body.array("_items") { list in
        for task in tasks {
          list.object { write(task.id, created: task.created, updated: task.updated, dates: dates, to: &$0) }
        }
      }
    }
  }

  /// The answer to the making of many tasks at one time.
  public static func made(_ tasks: [TaskID], at time: Int64, dates: DateForm = .rfc1123) -> [UInt8] {
    JSONText.object { body in
      body.set("_status", "OK")
      body.array("_items") { list in
        for id in tasks { list.object { write(id, created: time, updated: time, dates: dates, to: &$0) } }
      }
    }
  }

  private static func write(
    _ id: Identifier, created: Int64, updated: Int64, dates: DateForm, to body: inout JSONObjectWriter
  ) {
    body.set("_status", "OK")
    body.set("_id", id)
    body.set("_created", dates.text(created))
    body.set("_updated", dates.text(updated))
  }

  /// `{"_status": "ERR", "_error": {"code", "message"}, "_issues": {...}}`
  public static func error(_ rejection: Rejection) -> [UInt8] {
    error(code: rejection.kind.rawValue, rejection.message, issues: rejection.issues)
  }

  /// An error of a code that no rejection has.
  public static func error(code: Int, _ message: String, issues: [Rejection.Issue] = []) -> [UInt8] {
    JSONText.object { body in
      body.set("_status", "ERR")
      body.object("_error") { error in
        error.set("code", code)
        error.set("message", message)
      }
      if !issues.isEmpty { body.object("_issues") { write(issues, to: &$0) } }
    }
  }

  /// Sorted by path. Troubles of the same path are put together.
  static func write(_ issues: [Rejection.Issue], to object: inout JSONObjectWriter) {
    var merged: [Rejection.Issue] = []
    for issue in issues.sorted(by: { $0.field < $1.field }) {
      if let last = merged.last, last.field == issue.field {
        merged[merged.count - 1].trouble = "\(last.trouble); \(issue.trouble)"
      } else {
        merged.append(issue)
      }
    }
    for issue in merged { object.set(dynamicKey: issue.field, issue.trouble) }
  }
}
