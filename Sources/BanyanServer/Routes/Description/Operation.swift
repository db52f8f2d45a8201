import BanyanJSON
import BanyanWire

/// What `/openapi.json` tells of one method of one path, beside what follows from who may ask.
struct Operation: Sendable {
  /// What it does, in a sentence.
  var summary: String
  var query: [Parameter] = []
  /// The schema of the body; nil: there is none.
  var body: JSON?
  /// What it answers when all is well: statuses, and the schema of the answer's body where there is one.
  var answers: [Answer]
  /// Statuses of refusals that no other operation like it has.
  var refusals: [Int] = []
  /// It changes something: the queue may be unable to.
  var isWrite = false
  /// A request may carry `Idempotency-Key`.
  var takesKey = false
  /// A request without a body asks for what an empty one does: false; else one has to be there.
  var needsBody = true

  /// A parameter of the URL.
  struct Parameter: Sendable {
    var name: String
    var meaning: String
    var schema: JSON
    var isRequired = false
  }

  /// An answer of one status.
  struct Answer: Sendable {
    var status: Int
    /// By media type; empty: it has no body.
    var content: [(type: String, schema: JSON)]

    static func json(_ status: Int, _ schema: JSON) -> Answer {
      Answer(status: status, content: [("application/json", schema)])
    }
  }
}

// MARK: The usual ones

extension Operation {
  /// A list of things that are described under this name.
  static func list(_ summary: String, of name: String) -> Operation {
    Operation(
      summary: summary, query: Parameter.list, answers: [.json(200, Envelope.listSchema(of: Schema.named(name)))]
    ).refusing(413)
  }

  /// The same of a list that has cursors.
  static func pagedList(_ summary: String, of name: String, cursor: ListCursor.Form) -> Operation {
    Operation(
      summary: summary, query: Parameter.list + Parameter.paging(cursor),
      answers: [.json(200, Envelope.listSchema(of: Schema.named(name), hasLinks: true))]
    ).refusing(413)
  }

  /// A read of one resource, answered by 200 and its JSON.
  static func item(_ summary: String, _ schema: JSON, query: [Parameter] = [.dates]) -> Operation {
    Operation(summary: summary, query: query, answers: [.json(200, schema)])
  }

  /// A write of one thing.
  static func write(_ summary: String, body: JSON?, status: Int = 200, answer: JSON = Schema.named("Written"))
    -> Operation
  {
    Operation(summary: summary, query: [.dates], body: body, answers: [.json(status, answer)], isWrite: true)
  }

  /// A DELETE, answered by 204 without a body.
  static func removal(_ summary: String, query: [Parameter] = []) -> Operation {
    Operation(summary: summary, query: query, answers: [Answer(status: 204, content: [])], isWrite: true)
  }

  /// It can be asked again under a key.
  var keyed: Operation {
    var operation = self
    operation.takesKey = true
    return operation
  }

  func refusing(_ statuses: Int...) -> Operation {
    var operation = self
    operation.refusals += statuses
    return operation
  }
}

extension Operation.Parameter {
  static let dates = Operation.Parameter(
    name: "dates", meaning: "The form of dates in the answer.", schema: Schema.word(DateForm.allCases.map(\.rawValue)))
  static let filter = Operation.Parameter(
    name: "where", meaning: "A filter, a JSON object, as in {\"state\": \"running\"}.", schema: Schema.text)
  static let projection = Operation.Parameter(
    name: "projection", meaning: "The fields to show, as in {\"name\": 1} or {\"continuations\": 0}.",
    schema: Schema.text)
  /// What lists with cursors take beside.
  static func paging(_ form: ListCursor.Form) -> [Operation.Parameter] {
    let pattern =
      switch form {
      case .job: "^[0-9]+$"
      case .task: "^[0-9]+(\\.[0-9]+)?$"
      case .member: "^[0-9]+\\.[0-9]+$"
      }
    let after = Operation.Parameter(
      name: "after",
      meaning: "Only what is behind this place, as the page before tells it in _links.next; not with sort or page.",
      schema: ["type": "string", "pattern": .string(pattern)])
    let replaced = Operation.Parameter(
      name: "replaced", meaning: "Tasks that were tried again, too.", schema: Schema.flag)
    return form == .job ? [after] : [after, replaced]
  }

  /// The parameters that every list of tasks or workers takes.
  static let list: [Operation.Parameter] = [
    filter, projection,
    Operation.Parameter(
      name: "sort", meaning: "name,-_created or [(\"name\", 1), (\"_created\", -1)].", schema: Schema.text),
    Operation.Parameter(name: "page", meaning: "From 1.", schema: Schema.integer(1...Int64(Int32.max))),
    Operation.Parameter(
      name: "max_results", meaning: "Items on a page.", schema: Schema.integer(1...Int64(ListQuery.maxPageSize))),
    dates,
  ]
}
