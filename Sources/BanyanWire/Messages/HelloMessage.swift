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
  /// The identity of the state folder that it works in. Who names the same one knows what became of all that was claimed
  /// from there; what it doesn't list of another one's is waited for. nil: it doesn't say, and is taken to know.
  public var state: String?
  /// All that it has to give.
  public var resources: ResourceOffer
  /// The version of the worker's program, shown to people.
  public var version: String?
  /// Attempts that it holds: their processes run, or their ends have yet to be acknowledged.
  public var running: [AttemptName]
  /// What could not be read of them.
  public private(set) var faults: [ItemFault] = []
  /// How long it will stay; nil: it doesn't say that it leaves.
  public var stay: StayWord?

  /// For a worker to send first on every connection.
  public init(
    id: MessageID? = nil, name: String, instance: String, state: String? = nil, resources: ResourceOffer,
    version: String? = nil, running: [AttemptName] = [], stay: StayWord? = nil
  ) {
    self.id = id
    self.name = name
    self.instance = instance
    self.state = state
    self.resources = resources
    self.version = version
    self.running = running
    self.stay = stay
  }

  init(_ node: MessageFields) {
    id = MessageID(of: node)
    name = Self.word(node, "name", atLeast: 1)
    instance = Self.word(node, "instance")
    state = node["state"] == nil ? nil : Self.word(node, "state", atLeast: 1)
    if node["resources"] == nil { node.fail("resources", "missing; say what the worker has to give") }
    resources =
      node.optionalObject("resources") { ResourceOffer($0) } ?? ResourceOffer(memoryBytes: 0, cores: 0)
    version = node["version"] == nil ? nil : Self.word(node, "version")
    (running, faults) = node.items("running", required: false) { one in AttemptName(claimed: one) }
    stay = StayWord(of: node)
  }

  /// The most characters of a name, an instance, a version.
  public static let maxWordLength = 256

  /// What is shown in lists, and kept in the journal: short, and of one line.
  private static func word(_ node: MessageFields, _ key: StaticString, atLeast least: Int = 0) -> String {
    let remedy = "give \(least) to \(maxWordLength) characters, none of them a control character"
    guard let word = node[key]?.string else {
      node.fail(key, node[key], remedy)
      return ""
    }
    // The bytes first: a text may be megabytes, and one character of it, too.
    if word.utf8.count > maxWordLength * 16 || !(least...maxWordLength ~= word.count) {
      node.fail("\(key)", "\(word.isEmpty ? "empty" : "longer than \(maxWordLength) characters"); \(remedy)")
    } else if word.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
      node.fail("\(key)", "holds a control character; \(remedy)")
    }
    return word
  }

  /// Appends the message's text to `buffer`.
  public func encode(into buffer: inout [UInt8]) {
    JSONText.object(into: &buffer) { message in
      message.set("type", "hello")
      id?.write(to: &message)
      message.set("name", name)
      message.set("instance", instance)
      message.set("state", ifPresent: state)
      message.object("resources") { resources.write(to: &$0) }
      message.set("version", ifPresent: version)
      stay?.write(to: &message)
      message.array("running") { list in
        for attempt in running { list.object { attempt.write(to: &$0) } }
      }
    }
  }
}
