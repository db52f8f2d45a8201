extension TaskFields {
  /// What no single field shows: which fields need which others. For a task as it is made, and as it would be after
  /// a change.
  public func troubles() -> [Rejection.Issue] {
    switch (work, resources) {
    case (.some, nil):
      [
        Rejection.Issue(
          field: "requested_resources",
          trouble: "missing; a task with a command or arguments needs it, {} takes the defaults")
      ]
    case (nil, .some):
      [
        Rejection.Issue(
          field: "requested_resources",
          trouble: "a group (a task without command and arguments) has none; leave it out, or give a command")
      ]
    default: []
    }
  }
}
