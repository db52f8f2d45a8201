/// Rules that hold between the fields of one task.
extension TaskFields {
  /// What doesn't fit together, by field; empty for a sound task.
  public func troubles() -> [Rejection.Issue] {
    var issues: [Rejection.Issue] = []
    if work != nil, resources == nil {
      issues.append(.init(field: "requested_resources", trouble: "is missing; a task with a command has it, if only as {}"))
    }
    return issues
  }
}
