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
        for resource in resources.custom { custom.set(dynamicKey: resource.name.text, resource.count) }
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

  private static let plain = TaskFields()

  private static func writeRare(_ fields: TaskFields, to list: inout JSONArrayWriter) {
    list.object { object in
      for field in ProvidedField.all {
        if let key = field.storedKey { write(field.form, of: fields, key, to: &object) }
      }
    }
  }

  /// What has its default is left out.
  private static func write(
    _ form: ProvidedField.Form, of fields: TaskFields, _ key: StaticString, to object: inout JSONObjectWriter
  ) {
    switch form {
    case .text(_, let access), .word(_, let access):
      if let text = access.get(fields), text != access.get(plain) { object.set(key, text) }
    case .integer(_, let access), .span(_, let access), .date(let access):
      if let number = access.get(fields), number != access.get(plain) { object.set(key, number) }
    case .texts(_, let access):
      guard let texts = access.get(fields) else { return }
      object.array(key) { list in
        for text in texts { list.append(text) }
      }
    case .map(_, let access): object.set(key, sorted: access.get(fields))
    // They stand in columns.
    case .resources: break
    case .arrayPlace(let access):
      guard let place = access.get(fields) else { return }
      object.array(key) { list in
        list.append(place.name)
        list.append(place.index)
        list.append(place.maxRunning.map(Int64.init))
        list.append(place.stopAfterFailures.map(Int64.init))
        list.append(place.batch?.description)
      }
    }
  }

  private static func readRare(_ object: JSONNode, into fields: inout TaskFields) throws(RecordError) {
    guard object.isObject else { throw RecordError("the rare fields are \(object.kindName)") }
    for field in ProvidedField.all {
      if let key = field.storedKey, let node = object[key] { try read(node, field.form, key, into: &fields) }
    }
  }

  private static func read(
    _ node: JSONNode, _ form: ProvidedField.Form, _ key: StaticString, into fields: inout TaskFields
  ) throws(RecordError) {
    switch form {
    case .text(_, let access): access.set(&fields, try node.value(key, "a string") { $0.string })
    case .word(let words, let access):
      let word = try node.value(key, words.joined(separator: " or ")) { node in
        node.string.flatMap { words.contains($0) ? $0 : nil }
      }
      access.set(&fields, word)
    case .integer(_, let access), .span(_, let access), .date(let access):
      let number = try node.value(key, "an integer") { $0.integer }
      access.set(&fields, number)
      guard access.get(fields) == number else { throw RecordError("\(key) is \(number), which is out of range") }
    case .texts(_, let access): access.set(&fields, try node.value(key, "a list of strings") { $0.texts })
    case .map(_, let access): access.set(&fields, try node.value(key, "an object of strings") { $0.textMap })
    case .resources: throw RecordError("\(key) stands among the rare fields")
    case .arrayPlace(let access): access.set(&fields, try arrayPlace(node))
    }
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
}
