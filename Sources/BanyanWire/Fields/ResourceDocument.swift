import BanyanCore
import BanyanJSON

/// `requested_resources` as documents have it, and its friendly spellings.
public enum ResourceDocument {
  /// One amount that may be given in more than one way.
  enum Amount: Int, CaseIterable {
    case memory, cores, gpuCount, gpuMemory, gpuCapability, custom
  }

  /// Every spelling, with the amount that it gives.
  static let spellings: [(name: String, amount: Amount)] = [
    ("cpu_memory_bytes", .memory), ("memory", .memory),
    ("cpu_cores", .cores), ("cores", .cores),
    ("gpu_count", .gpuCount), ("gpus", .gpuCount),
    ("gpu_memory_bytes", .gpuMemory), ("gpu_memory", .gpuMemory),
    ("gpu_compute_capability_major", .gpuCapability), ("gpu_compute_capability_minor", .gpuCapability),
    ("gpu_compute_capability", .gpuCapability),
    ("custom", .custom),
  ]

  /// As documents show it: the defaults filled in, what is not asked for left out.
  static func value(_ request: ResourceRequest) -> FieldValue {
    .object(of: [
      ("cpu_memory_bytes", .integer(request.memoryBytes)),
      (
        "cpu_cores",
        .object(of: [("count", .integer(request.coreCount)), ("percent", percent(request.corePercent))])
      ),
      ("gpu_count", .integer(request.gpuCount)),
      ("gpu_memory_bytes", FieldValue(request.gpuMemoryBytes)),
      ("gpu_compute_capability_major", FieldValue(request.gpuCapability?.major)),
      ("gpu_compute_capability_minor", FieldValue(request.gpuCapability?.minor)),
      (
        "custom",
        request.custom.isEmpty
          ? .missing : .object(of: request.custom.map { ($0.name.text, .integer($0.count)) })
      ),
    ])
  }

  /// A whole number stays one.
  private static func percent(_ percent: Double) -> FieldValue {
    Int64(exactly: percent).map(FieldValue.integer) ?? .real(percent)
  }

  private static let integers = 0...TaskField.maxInteger

  /// Reads it, in the fields' own names and in the friendly ones.
  static func read(_ node: JSONNode, with reader: inout FieldReader, at path: String) -> ResourceRequest {
    readChange(node, with: &reader, at: path).values
  }

  /// Reads it, and which amounts are given.
  static func readChange(_ node: JSONNode, with reader: inout FieldReader, at path: String) -> ResourceChange {
    var request = ResourceRequest()
    var major: Int64?
    var minor: Int64?
    var given: [(amount: Amount, key: String)] = []
    reader.members(of: node, known: spellings.map(\.name), path) { reader, key, node in
      guard let amount = spellings.first(where: { $0.name == key })?.amount else { return false }
      func place() -> String { "\(path).\(key)" }
      if let other = given.last(where: { $0.amount == amount })?.key, !isPair(other, key) {
        reader.fail(place(), "the same as \(other), which is given too; give one of them")
        return true
      }
      given.append((amount, key))
      switch key {
      case "cpu_memory_bytes": request.memoryBytes = reader.integer(node, integers, place()) ?? request.memoryBytes
      case "memory": request.memoryBytes = bytes(node, &reader, place()) ?? request.memoryBytes
      case "cpu_cores": readCores(node, into: &request, &reader, place())
      case "cores": request.coreCount = reader.integer(node, integers, place()) ?? 0
      case "gpu_count", "gpus": request.gpuCount = reader.integer(node, integers, place()) ?? 0
      case "gpu_memory_bytes": request.gpuMemoryBytes = reader.integer(node, integers, place())
      case "gpu_memory": request.gpuMemoryBytes = bytes(node, &reader, place())
      case "gpu_compute_capability_major": major = reader.integer(node, 1...TaskField.maxInteger, place())
      case "gpu_compute_capability_minor": minor = reader.integer(node, integers, place())
      case "gpu_compute_capability": request.gpuCapability = capability(node, &reader, place())
      default: request.setCustom(custom(node, &reader, place()))
      }
      return true
    }
    if let major {
      request.gpuCapability = GPUCapability(major: major, minor: minor ?? 0)
    } else if minor != nil, node["gpu_compute_capability_major"] == nil {
      reader.fail(
        "\(path).gpu_compute_capability_minor",
        "gpu_compute_capability_major is missing; give both, or gpu_compute_capability: \"5.0\"")
    }
    return ResourceChange(given.reduce(into: []) { $0.formUnion($1.amount.changed) }, from: request)
  }

  /// Major and minor are two fields of one amount.
  private static func isPair(_ one: String, _ other: String) -> Bool {
    let halves = ["gpu_compute_capability_major", "gpu_compute_capability_minor"]
    return halves.contains(one) && halves.contains(other)
  }

  /// `"1 GiB"`, `"1024"` or 1024.
  private static func bytes(_ node: JSONNode, _ reader: inout FieldReader, _ path: @autoclosure () -> String) -> Int64?
  {
    if let number = node.wholeNumber {
      if integers.contains(number) { return number }
      reader.fail(path(), "\(number); give 0 to \(ByteCount.maxBytes) bytes")
      return nil
    }
    guard let text = node.string else {
      reader.fail(path(), node, ByteCount.remedy)
      return nil
    }
    do {
      return try ByteCount.parse(text)
    } catch {
      reader.fail(path(), error.description)
      return nil
    }
  }

  private static func readCores(
    _ node: JSONNode, into request: inout ResourceRequest, _ reader: inout FieldReader,
    _ path: @autoclosure () -> String
  ) {
    reader.members(of: node, known: ["count", "percent"], path()) { reader, key, node in
      switch key {
      case "count": request.coreCount = reader.integer(node, integers, "\(path()).count") ?? 0
      case "percent": request.corePercent = reader.percent(node, "\(path()).percent") ?? 0
      default: return false
      }
      return true
    }
  }

  private static func capability(
    _ node: JSONNode, _ reader: inout FieldReader, _ path: @autoclosure () -> String
  ) -> GPUCapability? {
    let remedy = "write major and minor as a string, as in \"5.0\""
    guard let text = node.string else {
      reader.fail(path(), node, remedy)
      return nil
    }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let isPlain =
      parts.count == 2
      && parts.allSatisfy { part in
        !part.isEmpty && part.utf8.count < 10 && part.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
      }
    guard isPlain, let major = Int64(parts[0]), let minor = Int64(parts[1]), major >= 1 else {
      reader.fail(path(), "not major.minor, major from 1; \(remedy)")
      return nil
    }
    return GPUCapability(major: major, minor: minor)
  }

  private static func custom(
    _ node: JSONNode, _ reader: inout FieldReader, _ path: @autoclosure () -> String
  ) -> [CustomResource] {
    var custom: [CustomResource] = []
    reader.members(of: node, known: [], path()) { reader, key, node in
      func place() -> String { "\(path()).\(key)" }
      if let trouble = CustomResource.trouble(withName: key) {
        reader.fail("\(path()).\(key.prefix(64))", trouble)
        return true
      }
      if let count = reader.integer(node, 1...TaskField.maxInteger, place()) {
        custom.append(CustomResource(name: key, count: count))
      }
      return true
    }
    if custom.count > CustomResource.maxNames {
      reader.fail(path(), "\(custom.count) names; give at most \(CustomResource.maxNames)")
    }
    return custom
  }
}

extension ResourceDocument.Amount {
  fileprivate var changed: ResourceChange.Amounts {
    switch self {
    case .memory: .memory
    case .cores: .cores
    case .gpuCount: .gpuCount
    case .gpuMemory: .gpuMemory
    case .gpuCapability: .gpuCapability
    case .custom: .custom
    }
  }
}
