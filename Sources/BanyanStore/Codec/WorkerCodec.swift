import BanyanCore
import BanyanJSON

/// A worker's registration as an object: there are few of them, and they have many parts that may be missing.
enum WorkerCodec {
  static func write(_ worker: WorkerRecord, to list: inout JSONArrayWriter) {
    list.object { object in
      object.set("_id", worker.id.description)
      object.set("user", worker.user.description)
      object.set("name", worker.name)
      object.set("created", worker.created)
      object.set("updated", worker.updated)
      if let address = worker.address {
        object.object("address") { inner in
          inner.set("host", address.host)
          inner.set("port", Int64(address.port))
        }
      }
      object.set("permissions", Int64(worker.permissions.rawValue))
      if let offer = worker.offer { write(offer, to: &object) }
      object.set("instance", ifPresent: worker.instance)
      object.set("folder", ifPresent: worker.folder)
      if !worker.left.isEmpty {
        object.array("left") { list in
          for left in worker.left {
            list.object { inner in
              inner.set("folder", left.folder)
              inner.array("tasks") { tasks in
                for task in left.tasks.sorted() { tasks.append(task.description) }
              }
            }
          }
        }
      }
      object.set("version", ifPresent: worker.version)
      if let pause = worker.pause {
        object.object("pause") { inner in
          inner.set("note", ifPresent: pause.note)
          inner.set("until", ifPresent: pause.until)
        }
      }
      if worker.isDraining { object.set("draining", true) }
      if let quarantine = worker.quarantine {
        object.object("quarantine") { inner in
          inner.set("reason", quarantine.reason)
          inner.set("since", quarantine.since)
        }
      }
      if let order = worker.unregistering {
        object.object("unregistering") { inner in
          inner.set("deadline", order.deadline)
          inner.set("requeue", order.requeue)
        }
      }
    }
  }

  private static func write(_ offer: ResourceOffer, to object: inout JSONObjectWriter) {
    object.object("offer") { inner in
      inner.set("memory", offer.memoryBytes)
      inner.set("cores", offer.cores)
      inner.array("gpus") { list in
        for gpu in offer.gpus {
          list.array { device in
            device.append(gpu.ordinal)
            device.append(gpu.uuid)
            device.append(gpu.model)
            device.append(gpu.memoryBytes)
            device.append(gpu.capability.major)
            device.append(gpu.capability.minor)
          }
        }
      }
      inner.object("custom") { custom in
        for (name, count) in offer.custom.sorted(by: { $0.key < $1.key }) { custom.set(dynamicKey: name.text, count) }
      }
      inner.set("max_tasks", ifPresent: offer.maxTasks)
    }
  }

  static func read(_ object: JSONNode) throws(RecordError) -> WorkerRecord {
    guard object.isObject else { throw RecordError("a worker is \(object.kindName)") }
    var worker = WorkerRecord(
      id: try object.required("_id", object["_id"]?.identifier),
      user: try object.required("user", object["user"]?.identifier),
      name: try object.required("name", object.text("name")),
      created: try object.required("created", object.number("created")))
    worker.updated = try object.required("updated", object.number("updated"))
    if let address = object["address"] {
      worker.address = WorkerAddress(
        host: try address.required("host", address.text("host")),
        port: try address.required("port", address["port"]?.integer.flatMap(UInt16.init(exactly:))))
    }
    worker.permissions = WorkerPermissions(
      rawValue: try object.required("permissions", object["permissions"]?.integer.flatMap(UInt8.init(exactly:))))
    if let offer = object["offer"] { worker.offer = try readOffer(offer) }
    worker.instance = try object.text("instance")
    worker.folder = try object.text("folder")
    worker.left = try readLeft(object)
    worker.version = try object.text("version")
    if let pause = object["pause"] {
      worker.pause = WorkerPause(note: try pause.text("note"), until: try pause.number("until"))
    }
    worker.isDraining = object["draining"]?.bool == true
    if let quarantine = object["quarantine"] {
      worker.quarantine = Quarantine(
        reason: try quarantine.required("reason", quarantine.text("reason")),
        since: try quarantine.required("since", quarantine.number("since")))
    }
    if let order = object["unregistering"] {
      worker.unregistering = Unregistering(
        deadline: try order.required("deadline", order.number("deadline")),
        requeue: try order.required("requeue", order["requeue"]?.bool))
    }
    return worker
  }

  private static func readLeft(_ object: JSONNode) throws(RecordError) -> [LeftFolder] {
    var folders: [LeftFolder] = []
    guard let list = object["left"] else { return folders }
    for node in list.elements {
      var left = LeftFolder(folder: try node.required("folder", node.text("folder")), tasks: [])
      for task in try node.required("tasks", node["tasks"]).elements {
        left.tasks.insert(try node.required("tasks", task.identifier))
      }
      folders.append(left)
    }
    return folders
  }

  private static func readOffer(_ object: JSONNode) throws(RecordError) -> ResourceOffer {
    var offer = ResourceOffer(
      memoryBytes: try object.required("memory", object.number("memory")),
      cores: try object.required("cores", object.number("cores")))
    for node in try object.required("gpus", object["gpus"]).elements {
      func number(_ place: Int) throws(RecordError) -> Int64 {
        try object.required("gpus", node.element(place, "an integer") { $0.integer })
      }
      offer.gpus.append(
        GPUDevice(
          ordinal: try number(0), uuid: try node.element(1, "a string") { $0.string },
          model: try node.element(2, "a string") { $0.string }, memoryBytes: try number(3),
          capability: GPUCapability(major: try number(4), minor: try number(5))))
    }
    for (name, node) in try object.required("custom", object["custom"]).members {
      guard let count = node.integer else { throw RecordError("the resource \(name) is \(node.kindName)") }
      offer.custom[CodePoints(name)] = count
    }
    offer.maxTasks = try object.number("max_tasks")
    return offer
  }
}
