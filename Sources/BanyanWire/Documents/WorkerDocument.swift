import BanyanCore
import BanyanJSON

/// A worker's registration as JSON.
public enum WorkerDocument {
  /// The fields that are dates, for filters.
  public static let dateFields: Set<String> = [
    "_created", "_updated", "last_heard", "paused_until", "quarantined_since", "deadline", "ends_at",
  ]

  /// All fields, for filters.
  public static let fieldNames = [
    "_id", "_created", "_updated", "worker_id", "user_id", "name", "connected", "last_heard", "address", "permissions",
    "version", "paused", "note", "paused_until", "draining", "quarantined", "quarantine_reason", "quarantined_since",
    "unregistering", "deadline", "resources", "reserved", "used", "round_trip_milliseconds",
  ]

  /// As documents show it.
  /// - Parameters:
  ///   - worker: its registration.
  ///   - lastHeard: milliseconds since 1970 of the last message from it, where one came.
  ///   - isConnected: its socket is open.
  ///   - reserved: what its live attempts hold.
  ///   - used: what is really used on its machine, by whomever.
  ///   - roundTrip: of a message and its answer, in milliseconds.
  ///   - endsAt: until when it stays, milliseconds since 1970, where it said so.
  public static func document(
    _ worker: WorkerRecord, lastHeard: Int64? = nil, isConnected: Bool = false, reserved: ResourceOffer? = nil,
    used: AttemptUsage? = nil, roundTrip: Double? = nil, endsAt: Int64? = nil
  ) -> Document {
    Document([
      ("_id", .identifier(worker.id)),
      ("_created", .date(worker.created)),
      ("_updated", .date(worker.updated)),
      ("worker_id", .identifier(worker.id)),
      ("user_id", .identifier(worker.user)),
      ("name", .text(worker.name)),
      ("connected", .bool(isConnected)),
      ("last_heard", FieldValue(date: lastHeard)),
      (
        "address",
        worker.address.map { .object(of: [("ip", .text($0.host)), ("port", .integer(Int64($0.port)))]) } ?? .missing
      ),
      ("permissions", .list(worker.permissions.names.map(FieldValue.text))),
      ("version", FieldValue(worker.version)),
      ("paused", .bool(worker.pause != nil)),
      ("note", FieldValue(worker.pause?.note)),
      ("paused_until", FieldValue(date: worker.pause?.until)),
      ("draining", .bool(worker.isDraining)),
      ("quarantined", .bool(worker.quarantine != nil)),
      ("quarantine_reason", FieldValue(worker.quarantine?.reason)),
      ("quarantined_since", FieldValue(date: worker.quarantine?.since)),
      ("unregistering", .bool(worker.unregistering != nil)),
      ("deadline", FieldValue(date: worker.unregistering?.deadline)),
      ("resources", worker.offer.map(value) ?? .missing),
      ("reserved", reserved.map(value) ?? .missing),
      ("used", used.map(value) ?? .missing),
      ("round_trip_milliseconds", FieldValue(roundTrip)),
      ("ends_at", FieldValue(date: endsAt)),
    ])
  }

  private static func value(_ usage: AttemptUsage) -> FieldValue {
    .object(of: [
      ("cpu_memory_bytes", FieldValue(usage.residentMemoryBytes)),
      ("cpu_percent", FieldValue(usage.cpuPercent)),
      (
        "gpus",
        usage.gpus.isEmpty
          ? .missing
          : .list(
            usage.gpus.map { gpu in
              .object(of: [("ordinal", .integer(gpu.ordinal)), ("used_memory_bytes", .integer(gpu.usedMemoryBytes))])
            })
      ),
    ])
  }

  private static func value(_ offer: ResourceOffer) -> FieldValue {
    .object(of: [
      ("cpu_memory_bytes", .integer(offer.memoryBytes)),
      ("cpu_cores", .integer(offer.cores)),
      (
        "gpus",
        .list(
          offer.gpus.map { gpu in
            .object(of: [
              ("ordinal", .integer(gpu.ordinal)), ("uuid", FieldValue(gpu.uuid)), ("model", FieldValue(gpu.model)),
              ("memory_bytes", .integer(gpu.memoryBytes)),
              ("compute_capability_major", .integer(gpu.capability.major)),
              ("compute_capability_minor", .integer(gpu.capability.minor)),
            ])
          })
      ),
      (
        "custom",
        offer.custom.isEmpty
          ? .missing
          : .object(of: offer.custom.sorted { $0.key < $1.key }.map { ($0.key.text, .integer($0.value)) })
      ),
      ("max_tasks", FieldValue(offer.maxTasks)),
    ])
  }
}
