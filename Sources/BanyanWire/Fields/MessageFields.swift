import BanyanCore
import BanyanJSON

/// The members of a message, or of an object in it, as they are read. What is wrong is gathered, and told by ``check()``
/// when all has been read; until then a value that could not be read is an empty one.
///
/// Members that nobody knows are no errors: the other end may be newer.
public struct MessageFields {
  /// The object that is read.
  let node: JSONNode
  private let troubles: Troubles

  /// Paths are relative to what is being read, and are made longer on the way out: where nothing is wrong they cost
  /// nothing.
  private final class Troubles {
    // The other end has judged what it sends, or the queue does.
    // No two accesses overlap: none of its methods calls back.
    @exclusivity(unchecked) var reader = FieldReader(trustsLimits: true)
  }

  /// The members of a message.
  public init(_ message: JSONNode) {
    node = message
    troubles = Troubles()
  }

  private init(_ node: JSONNode, _ troubles: Troubles) {
    self.node = node
    self.troubles = troubles
  }

  /// Throws if anything was wrong.
  public func check() throws(MessageError) {
    guard !troubles.reader.issues.isEmpty else { return }
    throw MessageError(issues: troubles.reader.issues)
  }

  /// What `make` makes of a message; throws if anything was wrong with it.
  static func read<Message>(
    _ message: JSONNode, _ make: (MessageFields) -> Message
  ) throws(MessageError) -> Message {
    let fields = MessageFields(message)
    let made = make(fields)
    try fields.check()
    return made
  }

  /// A member as it is.
  subscript(key: StaticString) -> JSONNode? { node[key] }

  func fail(_ path: String, _ trouble: String) { troubles.reader.fail(path, trouble) }

  func fail(_ key: StaticString, _ node: JSONNode?, _ remedy: String) {
    guard let node else { return fail("\(key)", "missing; \(remedy)") }
    troubles.reader.fail("\(key)", node, remedy)
  }

  // MARK: Values

  func text(_ key: StaticString) -> String {
    if let text = node[key]?.string { return text }
    fail(key, node[key], "give a string")
    return ""
  }

  func optionalText(_ key: StaticString) -> String? {
    guard let member = node[key] else { return nil }
    if let text = member.string { return text }
    fail(key, member, "give a string")
    return nil
  }

  func integer(_ key: StaticString, atLeast least: Int64 = .min) -> Int64 {
    integer(node[key], key, least)
  }

  private func integer(_ member: JSONNode?, _ key: StaticString, _ least: Int64) -> Int64 {
    let number = member?.wholeNumber
    if let number, number >= least { return number }
    let remedy = least == .min ? "give an integer" : "give an integer of at least \(least)"
    if let number { fail("\(key)", "\(number); \(remedy)") } else { fail(key, member, remedy) }
    // Good enough to be read on with.
    return max(0, least)
  }

  func optionalInteger(_ key: StaticString, atLeast least: Int64 = .min) -> Int64? {
    node[key].map { integer($0, key, least) }
  }

  func optionalDouble(_ key: StaticString) -> Double? {
    guard let member = node[key] else { return nil }
    if let number = member.double { return number }
    fail(key, member, "give a number")
    return nil
  }

  func bool(_ key: StaticString) -> Bool {
    if let flag = node[key]?.bool { return flag }
    fail(key, node[key], "give true or false")
    return false
  }

  /// ISO 8601, in milliseconds since 1970.
  func date(_ key: StaticString) -> Int64 { date(node[key], key) }

  private func date(_ member: JSONNode?, _ key: StaticString) -> Int64 {
    // The text is there, and it is a date.
    if let date = member?.withUTF8({ WireDate.milliseconds($0) }) ?? nil { return date }
    if member?.isString == true {
      fail("\(key)", "not a date; \(WireDate.remedy)")
    } else {
      fail(key, member, WireDate.remedy)
    }
    return 0
  }

  func optionalDate(_ key: StaticString) -> Int64? { node[key].map { date($0, key) } }

  func taskID(_ key: StaticString) -> Identifier {
    guard let member = node[key] else {
      fail(key, nil, Self.identifierRemedy)
      return Self.noIdentifier
    }
    return identifier(member, "\(key)")
  }

  func optionalTaskID(_ key: StaticString) -> Identifier? { node[key].map { identifier($0, "\(key)") } }

  private func identifier(_ node: JSONNode, _ path: @autoclosure () -> String) -> Identifier {
    if let identifier = node.string.flatMap({ Identifier($0) }) { return identifier }
    if node.isString {
      fail(path(), "not an identifier; \(Self.identifierRemedy)")
    } else {
      troubles.reader.fail(path(), node, Self.identifierRemedy)
    }
    return Self.noIdentifier
  }

  private static let identifierRemedy = "give an identifier, 24 hexadecimal digits"
  private static let noIdentifier = Identifier(seconds: 0, rest: 0)

  /// A field of a task, if it is there.
  func read(_ field: ProvidedField, into fields: inout TaskFields) {
    if case .resources(let access) = field.form {
      if let resources = optionalObject(field.key, { ResourceRequest($0) }) { access.set(&fields, resources) }
    } else if let value = node[field.key] {
      troubles.reader.read(value, field, into: &fields, field.name)
    }
  }

  // MARK: What holds others

  /// The elements of a list, which are objects; without the member, an empty list unless `required`.
  func list<Element>(
    _ key: StaticString, required: Bool = true, of element: (MessageFields) -> Element
  ) -> [Element] {
    elements(key, required) { element(MessageFields($0, troubles)) }
  }

  /// The items of a list, each read alone: those that can be read, and what is wrong with the others. With so many troubles
  /// that reading on is of no use the message is at fault, not its items: what is said of a bad one takes a hundred times
  /// its room.
  func items<Element>(
    _ key: StaticString, required: Bool = true, of element: (MessageFields) -> Element
  ) -> (good: [Element], faults: [ItemFault]) {
    guard let list = array(key, required) else { return ([], []) }
    var good: [Element] = []
    good.reserveCapacity(min(list.count, 4096))
    var faults: [ItemFault] = []
    var issueCount = 0
    for (place, node) in list.elements.enumerated() where !troubles.reader.isFull {
      let before = troubles.reader.issues.count
      if !node.isObject { troubles.reader.fail("", node, "give an object") }
      let made = element(MessageFields(node, troubles))
      guard troubles.reader.issues.count > before else {
        good.append(made)
        continue
      }
      troubles.reader.nest(from: before, in: "\(key).\(place)")
      let error = MessageError(issues: troubles.reader.removeIssues(from: before))
      faults.append(ItemFault(place: place, task: node["task"]?.string.flatMap { Identifier($0) }, error: error))
      issueCount += error.issues.count
      if issueCount >= FieldReader.maxIssues {
        for issue in faults.lazy.flatMap(\.error.issues) { troubles.reader.fail(issue.field, issue.trouble) }
        return ([], [])
      }
    }
    return (good, faults)
  }

  /// The strings of a list.
  func texts(_ key: StaticString, required: Bool = true) -> [String] {
    elements(key, required) { node in
      if let text = node.string { return text }
      troubles.reader.fail("", node, "give a string")
      return ""
    }
  }

  /// The numbers of a list, none of them negative.
  func counts(_ key: StaticString, required: Bool = true) -> [Int64] {
    elements(key, required) { Self.count($0, &troubles.reader) }
  }

  /// The identifiers of a list.
  func taskIDs(_ key: StaticString, required: Bool = true) -> [Identifier] {
    elements(key, required) { identifier($0, "") }
  }

  /// What lies under the names of an object, numbers that are not negative.
  /// - Parameter check: what is wrong with a name.
  func counts(of key: StaticString, _ check: (String) -> String? = { _ in nil }) -> [(name: String, count: Int64)] {
    guard let member = node[key] else { return [] }
    guard member.isObject else {
      fail(key, member, "give an object")
      return []
    }
    var counts: [(name: String, count: Int64)] = []
    for (name, value) in member.members where !troubles.reader.isFull {
      let before = troubles.reader.issues.count
      let count = Self.count(value, &troubles.reader)
      troubles.reader.nest(from: before, in: name)
      if let trouble = check(name) { troubles.reader.fail(String(name.prefix(64)), trouble) }
      troubles.reader.nest(from: before, in: "\(key)")
      counts.append((name, count))
    }
    return counts
  }

  private static func count(_ node: JSONNode, _ reader: inout FieldReader) -> Int64 {
    let remedy = "give an integer that is not negative"
    guard let number = node.wholeNumber else {
      reader.fail("", node, remedy)
      return 0
    }
    if number < 0 { reader.fail("", "\(number); \(remedy)") }
    return number
  }

  /// The strings under the names of an object; without the member, none.
  func textMap(_ key: StaticString) -> TextMap {
    guard let member = node[key] else { return TextMap() }
    let rule = TextMapRule(count: .max, total: .max, namesVariables: false)
    return troubles.reader.map(member, rule, "\(key)") ?? TextMap()
  }

  /// A member that is a list; nil: there is none.
  private func array(_ key: StaticString, _ isRequired: Bool) -> JSONNode? {
    guard let member = node[key] else {
      if isRequired { fail(key, nil, "give a list") }
      return nil
    }
    guard member.isArray else {
      fail(key, member, "give a list")
      return nil
    }
    return member
  }

  private func elements<Element>(
    _ key: StaticString, _ isRequired: Bool, _ read: (JSONNode) -> Element
  ) -> [Element] {
    guard let member = array(key, isRequired) else { return [] }
    var made: [Element] = []
    made.reserveCapacity(member.count)
    for element in member.elements where !troubles.reader.isFull {
      let before = troubles.reader.issues.count
      made.append(read(element))
      troubles.reader.nest(from: before, in: "\(key).\(made.count - 1)")
    }
    return made
  }

  /// What `make` makes of an object, or nothing where there is no such member.
  func optionalObject<Made>(_ key: StaticString, _ make: (MessageFields) -> Made) -> Made? {
    guard let member = node[key] else { return nil }
    guard member.isObject else {
      fail(key, member, "give an object")
      return nil
    }
    let before = troubles.reader.issues.count
    let made = make(MessageFields(member, troubles))
    troubles.reader.nest(from: before, in: "\(key)")
    return made
  }
}
