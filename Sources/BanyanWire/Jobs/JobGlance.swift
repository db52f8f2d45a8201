import BanyanCore

/// What a list shows beside a job: what it runs, why it waits, what failed, since when it is at it, and when it may end.
public struct JobGlance: Sendable {
  /// Of a command so much is told.
  private static let maxCommand = 200
  private static let maxWords = 16

  private let number: JobNumber
  /// The first member, which tells what the job runs.
  public var first: TaskRecord?
  /// One that waits, and why.
  public var waiting: (why: Why, task: TaskRecord)?
  /// One that did not succeed.
  public var failed: TaskRecord?
  /// Since when the job is at it, milliseconds since 1970.
  public var since: Int64?
  /// When all may have ended, milliseconds since 1970.
  public var estimatedEnd: (earliest: Int64, likely: Int64, latest: Int64)?

  /// Of a job of which nothing is known yet.
  public init(_ number: JobNumber) { self.number = number }

  /// As documents show it.
  public func document() -> Document {
    var document = Document([
      ("number", .integer(Int64(clamping: number.value))),
      ("command", FieldValue(first.flatMap(Self.command))),
      ("since", FieldValue(date: since)),
    ])
    if let waiting {
      let why = WhyDocument.document(waiting.why)
      document.append(
        "why", .object(of: Self.mention(waiting.task) + [("reason", why["reason"]), ("short", why["short"])]))
    }
    if let failed {
      document.append(
        "failure",
        .object(
          of: Self.mention(failed) + [
            ("outcome", FieldValue(failed.outcome?.rawValue)), ("cause", FieldValue(failed.cause?.description)),
          ]))
    }
    if let estimatedEnd {
      document.append(
        "estimated_end",
        .object(of: [
          ("earliest", .date(estimatedEnd.earliest)), ("likely", .date(estimatedEnd.likely)),
          ("latest", .date(estimatedEnd.latest)),
        ]))
    }
    return document
  }

  private static func mention(_ task: TaskRecord) -> [(String, FieldValue)] {
    [("member", FieldValue(task.place.map { Int64($0.member) })), ("name", FieldValue(task.spec.name))]
  }

  /// The beginning of what it runs: a line for a shell, or words with blanks between them.
  private static func command(_ task: TaskRecord) -> String? {
    switch task.spec.fields.work {
    case nil: nil
    case .shell(let line): String(line.prefix(maxCommand))
    case .program(let words):
      String(words.prefix(maxWords).map { $0.prefix(maxCommand) }.joined(separator: " ").prefix(maxCommand))
    }
  }
}
