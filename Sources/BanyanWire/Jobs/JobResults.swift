import BanyanCore
import BanyanJSON

/// How a job's members went: a row for each, as JSON and as CSV.
public enum JobResults {
  private static let head = ["member", "name"]
  private static let tail = [
    "outcome", "exit_status", "attempts", "started", "ended", "runtime", "peak_memory_bytes", "asked_memory_bytes",
    "cpu_seconds", "worker",
  ]
  /// The fields that are dates, for filters.
  public static let dateFields: Set<String> = ["started", "ended"]
  /// All fields of a row as JSON, for filters.
  public static let fieldNames = head + ["parameters"] + tail

  /// A member's row. When its newest attempt began and ended is its worker's word; the run time is in seconds.
  /// `worker` tells what a worker is called; nil: it isn't known any more.
  public static func document(_ task: TaskRecord, worker: (WorkerID) -> String?) -> Document {
    let last = task.attempts.last
    let parameters = task.parameters
    return Document([
      ("member", FieldValue(task.place.map { Int64($0.member) })),
      ("name", FieldValue(task.spec.name)),
      ("parameters", parameters.isEmpty ? .missing : .object(of: parameters.map { ($0.name, .text($0.value)) })),
      ("outcome", FieldValue(task.outcome?.rawValue)),
      ("exit_status", FieldValue(task.exitStatus)),
      ("attempts", .integer(Int64(task.attempts.count))),
      ("started", FieldValue(date: last?.timeStarted)),
      ("ended", FieldValue(date: last?.timeTerminated)),
      ("runtime", FieldValue(last?.runtime.map { Double($0) / 1000 })),
      ("peak_memory_bytes", FieldValue(last?.usage.peakMemoryBytes)),
      ("asked_memory_bytes", FieldValue(task.spec.resources?.memoryBytes)),
      ("cpu_seconds", FieldValue(last?.usage.cpuSeconds)),
      ("worker", FieldValue(last.map { worker($0.workerID) ?? $0.workerID.description })),
    ])
  }

  /// The first row of CSV. A parameter that is called as another column is told as `parameters.NAME`.
  /// The parameters are those of all families, each once.
  public static func appendHead(_ parameters: [String], to text: inout [UInt8]) {
    let fixed = Set(head + tail)
    CSVText.append(head + parameters.map { fixed.contains($0) ? "parameters.\($0)" : $0 } + tail, to: &text)
  }

  /// A member's row as CSV; what it lacks is empty.
  public static func append(_ row: Document, _ parameters: [String], dates: DateForm, to text: inout [UInt8]) {
    var own: [String: String] = [:]
    if case .object(let members) = row["parameters"] {
      for member in members { own[member.name] = word(member.value, dates) }
    }
    CSVText.append(
      head.map { word(row[$0], dates) } + parameters.map { own[$0] ?? "" } + tail.map { word(row[$0], dates) },
      to: &text)
  }

  /// The parameters of a job's families, each once, in the order in which they were written.
  public static func parameters(of job: JobRecord) -> [String] {
    var names: [String] = []
    var seen: Set<String> = []
    for family in job.families {
      for name in family.parameters?.names ?? [] where seen.insert(name).inserted { names.append(name) }
    }
    return names
  }

  private static func word(_ value: FieldValue, _ dates: DateForm) -> String {
    switch value {
    case .text(let text): text
    case .integer(let number): "\(number)"
    case .real(let number): JSON.real(number).encodedString()
    case .date(let date): dates.text(date)
    case .identifier(let identifier): identifier.description
    case .bool(let flag): "\(flag)"
    case .missing, .null, .list, .object: ""
    }
  }
}
