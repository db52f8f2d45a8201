import BanyanJSON
import BanyanTerminal
import BanyanWire

/// Workers as a table for people.
enum WorkerTable {
  static func table(of items: [JSON], now: Int64) -> Table {
    var table = Table([
      .init(title: "NAME", minWidth: 8), .init(title: "STATE"),
      .init(title: "CORES", isRight: true, importance: 6), .init(title: "MEMORY", isRight: true, importance: 5),
      .init(title: "GPUS", isRight: true, importance: 3), .init(title: "USED", isRight: true, importance: 4),
      .init(title: "TRIP", isRight: true, importance: 1), .init(title: "ADDRESS", minWidth: 9, importance: 2),
      .init(title: "VERSION", importance: 1), .init(title: "NOTE", minWidth: 10, importance: 4),
    ])
    for item in items {
      let (state, style) = state(item)
      let offered = item["resources"]
      let reserved = item["reserved"]
      table.rows.append([
        Table.Cell(item["name"]?.string ?? ""), Table.Cell(state, style),
        Table.Cell(share(reserved?["cpu_cores"], offered?["cpu_cores"]) { "\($0)" }),
        Table.Cell(share(reserved?["cpu_memory_bytes"], offered?["cpu_memory_bytes"], ByteCount.text)),
        Table.Cell(gpus(reserved, offered)), Table.Cell(used(item["used"])),
        Table.Cell(trip(item)), Table.Cell(item["address"]?["ip"]?.string ?? ""),
        Table.Cell(item["version"]?.string ?? ""), Table.Cell(note(item, now: now)),
      ])
    }
    table.removeEmptyColumns()
    return table
  }

  /// What it is, in a word.
  static func state(_ item: JSON) -> (String, Style) {
    if item["unregistering"]?.bool == true { return ("leaving", .waiting) }
    if item["quarantined"]?.bool == true { return ("quarantine", .bad) }
    if item["connected"]?.bool == false { return ("away", .bad) }
    if item["paused"]?.bool == true { return ("paused", .waiting) }
    if item["draining"]?.bool == true { return ("draining", .waiting) }
    return ("up", .good)
  }

  /// Why it is set aside, and until when.
  static func note(_ item: JSON, now: Int64) -> String {
    var words: [String] = []
    if let reason = item["quarantine_reason"]?.string { words.append(reason) }
    if let note = item["note"]?.string { words.append(note) }
    if let until = TimeWords.moment(item["paused_until"]) { words.append("until \(TimeWords.short(until, now: now))") }
    if let end = TimeWords.moment(item["ends_at"]) { words.append("stays until \(TimeWords.short(end, now: now))") }
    return words.joined(separator: ", ")
  }

  static func trip(_ item: JSON) -> String {
    item["round_trip_milliseconds"]?.double.flatMap { Int64(exactly: $0.rounded()) }.map { "\($0) ms" } ?? ""
  }

  /// What is reserved of what is offered.
  static func share(_ reserved: JSON?, _ offered: JSON?, _ text: (Int64) -> String) -> String {
    guard let offered = offered?.integer else { return "" }
    return "\(text(reserved?.integer ?? 0)) of \(text(offered))"
  }

  /// What the whole machine really uses, by whomever: share of its cores, memory, memory of GPUs.
  static func used(_ used: JSON?) -> String {
    var parts: [String] = []
    if let percent = used?["cpu_percent"]?.double { parts.append("\(Int64(percent.rounded()))%") }
    if let bytes = used?["cpu_memory_bytes"]?.integer { parts.append(ByteCount.text(bytes)) }
    let gpus = (used?["gpus"]?.array ?? []).reduce(0) { $0 + ($1["used_memory_bytes"]?.integer ?? 0) }
    if gpus > 0 { parts.append("GPU \(ByteCount.text(gpus))") }
    return parts.joined(separator: " ")
  }

  static func gpus(_ reserved: JSON?, _ offered: JSON?) -> String {
    guard let offered = offered?["gpus"]?.array, !offered.isEmpty else { return "" }
    return "\(reserved?["gpus"]?.array?.count ?? 0) of \(offered.count)"
  }
}
