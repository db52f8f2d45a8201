import BanyanCore
import BanyanJSON

extension ResourceDocument {
  /// What it is read from: the fields' own names and the friendly ones, of which one may be given for each amount.
  static var schema: JSON {
    let amount = Schema.integer(0...TaskField.maxInteger)
    let size: JSON = [
      "oneOf": [amount, ["type": "string", "description": "as in 512 MiB, 8 GB; a bare number is bytes"]]
    ]
    return Schema.object(
      spellings.map { spelling in
        switch spelling.name {
        case "memory", "gpu_memory": (spelling.name, size)
        case "cpu_cores":
          (
            spelling.name,
            Schema.object(
              [("count", amount), ("percent", ["type": "number", "minimum": 0, "maximum": 100])], isClosed: true)
          )
        case "gpu_compute_capability": (spelling.name, Schema.text)
        case "custom":
          (
            spelling.name,
            [
              "type": "object", "additionalProperties": Schema.integer(1...TaskField.maxInteger),
              "maxProperties": .integer(Int64(CustomResource.maxNames)),
              "propertyNames": Schema.text(1...CustomResource.maxNameLength),
            ]
          )
        default: (spelling.name, amount)
        }
      }, isClosed: true)
  }
}

extension ArrayDocument {
  static var schema: JSON {
    let limit = Schema.integer(1...Int64(Int32.max))
    return Schema.object(
      [
        ("name", Schema.text(1...256)), ("index", Schema.integer(0...TaskField.maxInteger)),
        ("max_running", limit), ("stop_after_failures", limit),
      ], required: ["name", "index"], isClosed: true)
  }
}

extension ExecutionDocument {
  private static let amount = Schema.integer(0...TaskField.maxInteger)
  private static let positive: JSON = ["type": "number", "minimum": 0]
  private static let usage: [(String, JSON)] = [
    (
      "memory",
      Schema.object([("resident_memory_bytes", amount), ("virtual_memory_bytes", amount)], isClosed: true)
    ),
    ("cpu_usage", Schema.object([("utilization_percent", positive)], isClosed: true)),
    (
      "gpu_usage",
      Schema.list(
        of: Schema.object(
          [("ordinal", amount), ("used_memory_bytes", amount)], required: ["ordinal", "used_memory_bytes"],
          isClosed: true), atMost: 1024)
    ),
    ("peak_memory_bytes", amount), ("cpu_seconds", positive),
  ]

  /// What a worker may set.
  public static var patchSchema: JSON {
    Schema.object(
      [
        ("worker_id", Schema.identifier), ("worker", Schema.text), ("token", Schema.text),
        ("working_directory", ["type": "string", "minLength": 1, "maxLength": 4095, "pattern": "^/"]),
        ("exit_status", Schema.text(1...ExitStatus.maxLength)), ("time_started", Schema.date),
        ("time_terminated", Schema.date),
      ] + usage, isClosed: true)
  }

  /// The record of an attempt.
  public static var schema: JSON {
    Schema.object(
      [
        ("_id", Schema.identifier), ("_created", Schema.date), ("_updated", Schema.date),
        ("task_id", Schema.identifier), ("attempt_count", Schema.integer), ("claim_number", Schema.integer),
        ("worker_id", Schema.identifier), ("working_directory", Schema.text), ("exit_status", Schema.text),
        ("time_started", Schema.date), ("time_terminated", Schema.date), ("last_update", Schema.date),
      ] + usage)
  }
}

extension UserDocument {
  /// A user as answers show it, without its token.
  public static var schema: JSON {
    Schema.object([
      ("_id", Schema.identifier), ("_created", Schema.date), ("_updated", Schema.date), ("name", Schema.text),
      ("role", Schema.word(Role.allCases.map(\.rawValue))), ("admin", Schema.flag),
    ])
  }

  /// What a POST gives.
  public static var draftSchema: JSON {
    Schema.object(
      [
        ("name", Schema.text(1...QueueState.maxUserNameLength)), ("role", Schema.word(Role.allCases.map(\.rawValue))),
        ("token", Schema.text(minTokenLength...maxTokenLength)), ("admin", Schema.flag),
      ], required: ["name", "role"], isClosed: true)
  }
}

extension WorkerDocument {
  private static let address = Schema.object(
    [("ip", Schema.text(1...253)), ("port", Schema.integer(0...65_535))], required: ["ip", "port"], isClosed: true)
  private static let permissions = Schema.list(of: Schema.word(WorkerPermissions.all.names), atMost: 2)

  /// A worker's registration as answers show it.
  public static var schema: JSON {
    Schema.object([
      ("_id", Schema.identifier), ("_created", Schema.date), ("_updated", Schema.date),
      ("worker_id", Schema.identifier), ("user_id", Schema.identifier), ("name", Schema.text),
      ("connected", Schema.flag), ("last_heard", Schema.date), ("address", address), ("permissions", permissions),
      ("version", Schema.text), ("paused", Schema.flag), ("note", Schema.text), ("paused_until", Schema.date),
      ("draining", Schema.flag), ("unregistering", Schema.flag), ("deadline", Schema.date),
      ("quarantined", Schema.flag), ("quarantine_reason", Schema.text), ("quarantined_since", Schema.date),
      ("resources", Schema.anyObject), ("reserved", Schema.anyObject),
      ("ends_at", Schema.date),
    ])
  }

  /// What a POST gives.
  public static var registrationSchema: JSON {
    Schema.object(
      [("worker_id", Schema.identifier), ("address", address), ("permissions", permissions)],
      required: ["worker_id", "address"], isClosed: true)
  }

  /// What a PATCH may give.
  public static var changeSchema: JSON {
    Schema.object(
      [
        ("paused", Schema.flag), ("note", Schema.text(1...1024)), ("until", Schema.date), ("draining", Schema.flag),
        ("permissions", permissions), ("quarantined", Schema.flag),
      ])
  }
}

extension EdgesDocument {
  private static let names = Schema.list(of: Schema.text(1...256), atMost: TaskDocument.maxEdges)

  /// The body for one task.
  public static var oneSchema: JSON { names }

  /// The body for many.
  public static var bulkSchema: JSON {
    Schema.list(
      of: Schema.object(
        [("targets", Schema.list(of: Schema.identifier, atMost: TaskDocument.maxEdges)), ("values", names)],
        required: ["targets", "values"], isClosed: true), atMost: TaskDocument.maxEdges)
  }
}

extension MemoryUsageDocument {
  /// The body of a POST to `/memory_usage`.
  public static var schema: JSON {
    let amount = Schema.integer(0...TaskField.maxInteger)
    return Schema.object(
      [
        ("task", Schema.identifier), ("time", Schema.date), ("resident_memory_bytes", amount),
        ("virtual_memory_bytes", amount),
      ], required: ["task", "time", "resident_memory_bytes"], isClosed: true)
  }
}

extension Envelope {
  /// The answer to a write.
  public static var writtenSchema: JSON {
    Schema.object(
      [
        ("_status", Schema.word(["OK"])), ("_id", Schema.identifier), ("_created", Schema.date),
        ("_updated", Schema.date),
      ], required: ["_status", "_id", "_created", "_updated"])
  }

  /// The answer to a write of many things.
  public static var writtenListSchema: JSON {
    Schema.object(
      [("_status", Schema.word(["OK"])), ("_items", Schema.list(of: Schema.named("Written")))],
      required: ["_status", "_items"])
  }

  /// The answer to a request that was refused or failed.
  public static var errorSchema: JSON {
    Schema.object(
      [
        ("_status", Schema.word(["ERR"])),
        (
          "_error",
          Schema.object([("code", Schema.integer), ("message", Schema.text)], required: ["code", "message"])
        ),
        ("_issues", Schema.texts),
      ], required: ["_status", "_error"])
  }

  /// A list of things; one with links has cursors, and tells the one behind a page.
  public static func listSchema(of item: JSON, hasLinks: Bool = false) -> JSON {
    let next = Schema.object([("href", Schema.text), ("after", Schema.text)], required: ["href", "after"])
    let links: [(String, JSON)] = hasLinks ? [("_links", Schema.object([("next", next)], required: ["next"]))] : []
    return Schema.object(
      [
        ("_items", Schema.list(of: item)),
        (
          "_meta",
          Schema.object(
            [("page", Schema.integer), ("max_results", Schema.integer), ("total", Schema.integer)],
            required: ["page", "max_results", "total"])
        ),
      ] + links, required: ["_items", "_meta"])
  }
}
