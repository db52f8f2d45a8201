import BanyanCore
import BanyanJSON

extension JobChange {
  private static let fields = ["labels", "held", "priority", "queue", "not_before"]
  /// What a job may be asked for.
  static let states = ["available", "cancelled"]
  /// Its members on the wire.
  static let names = fields + ["max_running", "state", "shutdown_time_milliseconds", "members"]

  /// Reads what a PATCH of a job says; throws all that is wrong with it at once.
  /// - Parameters:
  ///   - node: the document.
  ///   - job: whose it is.
  ///   - asker: who asks.
  public init(_ node: JSONNode, of job: JobNumber, by asker: Principal) throws(Rejection) {
    guard node.isObject else { throw .field("body", "\(node.kindName); give an object, what is to change") }
    self.init(job: job, by: asker)
    var reader = FieldReader()
    for (key, value) in node.members where !reader.isFull { read(key, value, &reader) }
    if grace != nil, !cancels {
      reader.fail("shutdown_time_milliseconds", "only beside state: cancelled; leave it out")
    }
    if cancels, maxRunning != nil { reader.fail("max_running", "given beside state: cancelled; leave it out") }
    if members != nil, maxRunning != nil {
      reader.fail("max_running", "it is a whole family's; leave out members, or this")
    }
    try reader.check("the job is not changed")
  }

  private mutating func read(_ key: String, _ value: JSONNode, _ reader: inout FieldReader) {
    switch key {
    case "state":
      let word = reader.word(value, Self.states, key)
      (releases, cancels) = (word == "available", word == "cancelled")
    case "shutdown_time_milliseconds": grace = reader.integer(value, 0...TaskField.maxInteger, key)
    case "members": members = MemberRanges.read(value, &reader, key)
    case "max_running" where value.isNull: maxRunning = .some(nil)
    case "max_running":
      if let limit = reader.integer(value, FamilyReading.limits, key) { maxRunning = UInt32(clamping: limit) }
    case _ where Self.fields.contains(key):
      if let change = TaskField.named(key).flatMap({ reader.change(value, of: $0) }) { changes.append(change) }
    case _ where TaskField.named(key) != nil:
      reader.fail(key, "it can't be changed for a whole job; change single tasks by /tasks/ID, or leave it out")
    default: reader.unknown(key, among: Self.names, in: "")
    }
  }
}
