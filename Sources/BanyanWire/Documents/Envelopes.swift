import BanyanCore
import BanyanJSON

/// What REST answers beside single documents.
public enum Envelope {
  /// `{"_items": [...], "_meta": {"page", "max_results", "total"}}`
  /// - Parameter items: writes each of so many items.
  public static func list(
    count: Int, page: Int, maxResults: Int, total: Int, item: (Int, inout JSONObjectWriter) -> Void
  ) -> [UInt8] {
    JSONText.object { body in
      body.array("_items") { list in
        for index in 0..<count { list.object { item(index, &$0) } }
      }
      body.object("_meta") { meta in
        meta.set("page", page)
        meta.set("max_results", maxResults)
        meta.set("total", total)
      }
    }
  }

  /// A list of tasks.
  public static func list(_ tasks: Selection<TaskRecord>, _ options: DocumentOptions) -> [UInt8] {
    list(count: tasks.items.count, page: tasks.page, maxResults: tasks.maxResults, total: tasks.total) {
      TaskDocument.write(tasks.items[$0], to: &$1, options)
    }
  }

  /// A list of anything else.
  public static func list(_ documents: Selection<Document>, _ options: DocumentOptions) -> [UInt8] {
    list(count: documents.items.count, page: documents.page, maxResults: documents.maxResults, total: documents.total) {
      documents.items[$0].write(to: &$1, options)
    }
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
    written(task.id, created: task.id.created, updated: task.updated, dates: dates, more)
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
          list.object { write(task.id, created: task.id.created, updated: task.updated, dates: dates, to: &$0) }
        }
      }
    }
  }

  /// The answer to the write of many tasks at one time.
  public static func written(_ tasks: [TaskID], updated: Int64, dates: DateForm = .rfc1123) -> [UInt8] {
    JSONText.object { body in
      body.set("_status", "OK")
      body.array("_items") { list in
        for id in tasks { list.object { write(id, created: id.created, updated: updated, dates: dates, to: &$0) } }
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
