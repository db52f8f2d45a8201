import BanyanCore

extension JudgedMessage {
  /// The answer to a list of which some items could not be read: each verdict stands where its item stood.
  /// - Parameters:
  ///   - kind: which message it answers.
  ///   - id: the message's.
  ///   - results: of the others, in their order.
  ///   - faults: of those that could not be read, by their places.
  public init(kind: Kind, id: MessageID?, results: [Verdict], faults: [ItemFault]) {
    var all: [Verdict] = []
    all.reserveCapacity(results.count + faults.count)
    var rest = results[...]
    for fault in faults {
      let before = rest.prefix(fault.place - all.count)
      all += before
      rest = rest.dropFirst(before.count)
      all.append(Verdict(task: fault.task, code: 422, reason: fault.error.description))
    }
    self.init(kind: kind, id: id, results: all + rest)
  }
}

extension ErrorMessage {
  /// What is said of items that could not be read where nothing is answered to those that could.
  public init(id: MessageID? = nil, unread faults: [ItemFault]) {
    let first = faults.first?.error.description ?? ""
    let count = faults.count == 1 ? "One item is" : "\(faults.count) items are"
    self.init(
      id: id, code: 422, message: "\(count) passed over, the others are taken: \(first)",
      issues: faults.lazy.flatMap(\.error.issues).prefix(FieldReader.maxIssues).map {
        Issue(field: $0.field, trouble: $0.trouble)
      })
  }
}
