import BanyanCore
import BanyanJSON

/// What a provider wrote of a task, as eleven elements of a list: owner, name (or null), work (a string for the shell, a list
/// for a program, null for a group), queue, priority; memory in bytes (null: it asks for no resources), cores, percent of
/// cores, GPUs; an object of the resources that are rarely asked for, and one of the fields that are rarely written (null
/// where all have their defaults).
///
/// The common ones stand side by side rather than in lists of their own: each list costs jansson 0.3 us.
enum SpecCodec {
  /// The names of the elements, for a snapshot's header.
  static let columns: [JSON] = [
    "owner", "name", "work", "queue", "priority", "cpu_memory_bytes", "cpu_cores", "cpu_percent", "gpu_count",
    "resources", "fields",
  ]

  static func write(_ spec: TaskSpec, to list: inout JSONArrayWriter) {
    list.append(spec.owner)
    list.append(spec.name)
    switch spec.work {
    case .shell(let command): list.append(command)
    case .program(let arguments):
      list.array { words in
        for argument in arguments { words.append(argument) }
      }
    case nil: list.appendNull()
    }
    list.append(spec.queue)
    list.append(Int64(spec.priority))
    write(spec.resources, to: &list)
    if spec.isPlain { list.appendNull() } else { writeRare(spec.fields, to: &list) }
  }

  static func read(_ list: inout RecordReader) throws(RecordError) -> TaskSpec {
    let owner = try list.text()
    var fields = TaskFields()
    fields.name = try list.textOrNone()
    fields.work = try work(&list)
    fields.queue = try list.text()
    fields.priority = try list.number(Int16.self)
    fields.resources = try readResources(&list)
    if try list.hasValue() { try readRare(list.node(), into: &fields) }
    return TaskSpec(owner: owner, fields: fields)
  }

  private static func work(_ list: inout RecordReader) throws(RecordError) -> Work? {
    if list.kind != .array { return try list.textOrNone().map(Work.shell) }
    var words = try list.list()
    var arguments: [String] = []
    while !words.isAtEnd { arguments.append(try words.text()) }
    return .program(arguments)
  }

  private static func write(_ resources: ResourceRequest?, to list: inout JSONArrayWriter) {
    guard let resources else {
      for _ in 0..<5 { list.appendNull() }
      return
    }
    list.append(resources.memoryBytes)
    list.append(resources.coreCount)
    if let whole = Int64(exactly: resources.corePercent) {
      list.append(whole)
    } else {
      list.append(resources.corePercent)
    }
    list.append(resources.gpuCount)
    if resources.gpuMemoryBytes == nil, resources.gpuCapability == nil, resources.custom.isEmpty {
      return list.appendNull()
    }
    list.object { object in
      object.set("gpu_memory_bytes", ifPresent: resources.gpuMemoryBytes)
      object.set("gpu_compute_capability_major", ifPresent: resources.gpuCapability?.major)
      object.set("gpu_compute_capability_minor", ifPresent: resources.gpuCapability?.minor)
      if resources.custom.isEmpty { return }
      object.object("custom") { custom in
        for resource in resources.custom { custom.set(dynamicKey: resource.name, resource.count) }
      }
    }
  }

  private static func readResources(_ list: inout RecordReader) throws(RecordError) -> ResourceRequest? {
    guard let memory = try list.numberOrNone() else {
      for _ in 0..<4 where try list.hasValue() { throw RecordError("a resource of a task that asks for none") }
      return nil
    }
    var resources = ResourceRequest()
    resources.memoryBytes = memory
    resources.coreCount = try list.number()
    guard let percent = try list.realOrNone() else { throw RecordError("a percentage is missing") }
    resources.corePercent = percent
    resources.gpuCount = try list.number()
    guard try list.hasValue() else { return resources }
    let rare = try list.node()
    resources.gpuMemoryBytes = try rare.number("gpu_memory_bytes")
    if let major = try rare.number("gpu_compute_capability_major") {
      let minor = try rare.required(
        "gpu_compute_capability_minor", rare.number("gpu_compute_capability_minor"))
      resources.gpuCapability = GPUCapability(major: major, minor: minor)
    }
    var custom: [CustomResource] = []
    for (name, node) in rare["custom"]?.members.map({ $0 }) ?? [] {
      guard let count = node.integer else { throw RecordError("the resource \(name) is \(node.kindName)") }
      custom.append(CustomResource(name: name, count: count))
    }
    resources.setCustom(custom)
    return resources
  }

  private static func writeRare(_ fields: TaskFields, to list: inout JSONArrayWriter) {
    let plain = TaskFields()
    list.object { object in
      object.set("environment", sorted: fields.environment)
      object.set("working_directory", ifPresent: fields.workingDirectory)
      object.set("stdin_path", ifPresent: fields.stdinPath)
      object.set("stdout_path", ifPresent: fields.stdoutPath)
      object.set("stderr_path", ifPresent: fields.stderrPath)
      object.set("labels", sorted: fields.labels)
      if let place = fields.array {
        object.array("array") { list in
          list.append(place.name)
          list.append(place.index)
          list.append(place.maxRunning.map(Int64.init))
          list.append(place.stopAfterFailures.map(Int64.init))
          list.append(place.batch?.description)
        }
      }
      object.set("not_before", ifPresent: fields.notBefore)
      if fields.onLostContact != plain.onLostContact { object.set("on_lost_contact", fields.onLostContact.rawValue) }
      object.set("estimated_runtime", ifPresent: fields.estimatedRuntime)
      object.set("max_runtime", ifPresent: fields.maxRuntime)
      if fields.maxShutdownTime != plain.maxShutdownTime { object.set("max_shutdown_time", fields.maxShutdownTime) }
      if fields.maxAttemptCount != plain.maxAttemptCount { object.set("max_attempt_count", fields.maxAttemptCount) }
      if fields.maxLossCount != plain.maxLossCount { object.set("max_loss_count", fields.maxLossCount) }
      if fields.retryDelay != plain.retryDelay { object.set("retry_delay", fields.retryDelay) }
    }
  }

  private static func readRare(_ object: JSONNode, into fields: inout TaskFields) throws(RecordError) {
    guard object.isObject else { throw RecordError("the rare fields are \(object.kindName)") }
    fields.environment = try object.texts("environment")
    fields.workingDirectory = try object.text("working_directory")
    fields.stdinPath = try object.text("stdin_path")
    fields.stdoutPath = try object.text("stdout_path")
    fields.stderrPath = try object.text("stderr_path")
    fields.labels = try object.texts("labels")
    if let node = object["array"] {
      fields.array = try arrayPlace(node)
    }
    fields.notBefore = try object.number("not_before")
    fields.onLostContact =
      try object.member("on_lost_contact", "stop or continue") { $0.string.flatMap(LostContact.init(rawValue:)) }
      ?? fields.onLostContact
    fields.estimatedRuntime = try object.number("estimated_runtime")
    fields.maxRuntime = try object.number("max_runtime")
    fields.maxShutdownTime = try object.number("max_shutdown_time") ?? fields.maxShutdownTime
    fields.maxAttemptCount = try count(object, "max_attempt_count") ?? fields.maxAttemptCount
    fields.maxLossCount = try count(object, "max_loss_count") ?? fields.maxLossCount
    fields.retryDelay = try object.number("retry_delay") ?? fields.retryDelay
  }

  /// Format 1 had the name and the index alone.
  private static func arrayPlace(_ node: JSONNode) throws(RecordError) -> ArrayPlace {
    var place = ArrayPlace(
      name: try node.required("array", node.element(0, "a string") { $0.string }),
      index: try node.required("array", node.element(1, "an integer") { $0.integer }))
    place.maxRunning = try node.element(2, "a count") { $0.integer.flatMap(UInt32.init(exactly:)) }
    place.stopAfterFailures = try node.element(3, "a count") { $0.integer.flatMap(UInt32.init(exactly:)) }
    place.batch = try node.element(4, "an identifier") { $0.identifier }
    return place
  }

  private static func count(_ object: JSONNode, _ key: StaticString) throws(RecordError) -> UInt32? {
    try object.member(key, "a count") { $0.integer.flatMap(UInt32.init(exactly:)) }
  }
}
