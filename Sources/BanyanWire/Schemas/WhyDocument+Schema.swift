import BanyanJSON

extension WhyDocument {
  /// Why a task waits or ended. Which of the members are there depends on the reason.
  public static var schema: JSON {
    let task = Schema.object([
      ("_id", Schema.identifier), ("name", Schema.text), ("state", Schema.text), ("cause", Schema.text),
    ])
    let worker = Schema.object([
      ("_id", Schema.identifier), ("name", Schema.text), ("takes_nothing", Schema.text),
    ])
    let shortage = Schema.object([
      ("resource", Schema.text), ("wanted", Schema.integer), ("free", Schema.integer), ("offered", Schema.integer),
    ])
    return Schema.object(
      [
        ("_id", Schema.identifier), ("name", Schema.text), ("state", Schema.text), ("reason", Schema.text),
        ("sentence", Schema.text), ("short", Schema.text), ("cause", Schema.text), ("parents", Schema.list(of: task)),
        ("parent_count", Schema.integer), ("until", Schema.date), ("since", Schema.date),
        ("attempt_count", Schema.integer),
        ("array", Schema.object([("name", Schema.text), ("max_running", Schema.integer)])), ("queue", Schema.text),
        ("worker", worker), ("lacks", Schema.list(of: shortage)), ("workers", Schema.list(of: worker)),
        ("worker_count", Schema.integer), ("kept_for", task), ("before", Schema.integer),
        ("needed_milliseconds", Schema.integer), ("left_milliseconds", Schema.integer),
        ("passed_over", Schema.list(of: worker)),
        ("above", Schema.list(of: task)), ("above_count", Schema.integer),
        ("forecast", Schema.text), ("estimated_start", ExpectedTimes.schema), ("estimated_end", ExpectedTimes.schema),
        ("waits_for", ExpectedTask.waitsForSchema),
      ], required: ["_id", "state", "reason", "sentence", "short"])
  }
}
