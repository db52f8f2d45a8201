import BanyanCore
import BanyanJSON
import BanyanWire

extension StartOrder {
  init(_ node: JSONNode) throws(KeeperError) {
    key = try AttemptKey(node)
    func text(_ name: StaticString) throws(KeeperError) -> String {
      guard let text = node[name]?.string else { throw KeeperError("\(name) of a start has to be a string") }
      return text
    }
    func list(_ name: StaticString) throws(KeeperError) -> [String] {
      guard let list = node[name], list.isArray else { throw KeeperError("\(name) of a start has to be a list") }
      var texts: [String] = []
      texts.reserveCapacity(list.count)
      for one in list.elements {
        guard let text = one.string else { throw KeeperError("\(name) of a start has to hold strings") }
        texts.append(text)
      }
      return texts
    }
    token = try text("token")
    arguments = try list("arguments")
    environment = try list("environment")
    workingDirectory = node["working_directory"]?.string
    freshFolder = try text("fresh_folder")
    stdinPath = node["stdin_path"]?.string
    stdoutPath = node["stdout_path"]?.string
    stderrPath = node["stderr_path"]?.string
    logFolder = try text("log_folder")
    logLimit = node["log_limit"]?.integer ?? Self.defaultLogLimit
    niceness = node["niceness"]?.integer ?? 0
    maxRuntimeMilliseconds = node["max_runtime"]?.integer
    graceMilliseconds = node["grace"]?.integer ?? TaskFields.defaultShutdownTime
    onLostContact = node["on_lost_contact"]?.string.flatMap(LostContact.init(rawValue:)) ?? .stop
    guard let given = node["resources"] else { throw KeeperError("resources of a start are missing") }
    do {
      resources = try ResourceRequest(given)
    } catch {
      throw KeeperError("resources of a start: \(error)")
    }
    gpus = node["gpus"].map { $0.elements.compactMap(\.integer) } ?? []
  }

  func write(to object: inout JSONObjectWriter) {
    key.write(to: &object)
    object.set("token", token)
    object.array("arguments") { list in
      for argument in arguments { list.append(argument) }
    }
    object.array("environment") { list in
      for entry in environment { list.append(entry) }
    }
    object.set("working_directory", ifPresent: workingDirectory)
    object.set("fresh_folder", freshFolder)
    object.set("stdin_path", ifPresent: stdinPath)
    object.set("stdout_path", ifPresent: stdoutPath)
    object.set("stderr_path", ifPresent: stderrPath)
    object.set("log_folder", logFolder)
    object.set("log_limit", logLimit)
    if niceness > 0 { object.set("niceness", niceness) }
    object.set("max_runtime", ifPresent: maxRuntimeMilliseconds)
    object.set("grace", graceMilliseconds)
    object.set("on_lost_contact", onLostContact.rawValue)
    object.object("resources") { resources.write(to: &$0) }
    object.array("gpus") { list in
      for ordinal in gpus { list.append(ordinal) }
    }
  }
}
