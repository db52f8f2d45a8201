import BanyanCore
import BanyanJSON

/// A worker's first word: `hello`.
public struct HelloMessage: Sendable, Hashable {
  /// Ties the answer to it, or nil.
  public var id: MessageID?
  /// The worker's name under its user.
  public var name: String
  /// One start of its process; handed on by a keeper that still holds tasks.
  public var instance: String
  /// All that it has to give.
  public var resources: ResourceOffer
  /// Of its program.
  public var version: String?
  /// Attempts that it holds: their processes run, or their ends have yet to be acknowledged.
  public var running: [AttemptName]

  /// A first word.
  public init(
    id: MessageID? = nil, name: String, instance: String, resources: ResourceOffer, version: String? = nil,
    running: [AttemptName] = []
  ) {
    self.id = id
    self.name = name
    self.instance = instance
    self.resources = resources
    self.version = version
    self.running = running
  }

  /// Reads a message.
  public init(_ node: JSONNode) throws(MessageError) {
    id = try MessageID(of: node)
    name = try node.text("name")
    instance = try node.text("instance")
    guard
      let resources = try node.optionalObject("resources", { one throws(MessageError) in try ResourceOffer(one) })
    else {
      throw MessageError(field: "resources", problem: "missing", remedy: "say what the worker has to give")
    }
    self.resources = resources
    version = try node.optionalText("version")
    running = try node.list("running", required: false) { one throws(MessageError) in try AttemptName(one) }
  }

  /// Appends the message's text to `buffer`.
  public func encode(into buffer: inout [UInt8]) {
    JSONText.object(into: &buffer) { message in
      message.set("type", "hello")
      id?.write(to: &message)
      message.set("name", name)
      message.set("instance", instance)
      message.object("resources") { resources.write(to: &$0) }
      message.set("version", ifPresent: version)
      message.array("running") { list in
        for attempt in running { list.object { attempt.write(to: &$0) } }
      }
    }
  }
}
