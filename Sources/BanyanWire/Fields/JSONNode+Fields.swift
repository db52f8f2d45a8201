import BanyanCore
import BanyanJSON

/// Reading the fields of a message, each with its error in words.
extension JSONNode {
  func require(_ key: StaticString, _ remedy: String) throws(MessageError) -> JSONNode {
    guard let node = self[key] else {
      throw MessageError(field: "\(key)", problem: "missing", remedy: remedy)
    }
    return node
  }

  func text(_ key: StaticString) throws(MessageError) -> String {
    guard let text = try optionalText(key) else {
      throw MessageError(field: "\(key)", problem: "missing", remedy: "give a string")
    }
    return text
  }

  func optionalText(_ key: StaticString) throws(MessageError) -> String? {
    guard let node = self[key] else { return nil }
    guard let text = node.string else {
      throw MessageError(field: "\(key)", problem: node.kindName, remedy: "give a string")
    }
    return text
  }

  func integer(_ key: StaticString, atLeast least: Int64 = .min) throws(MessageError) -> Int64 {
    guard let number = try optionalInteger(key, atLeast: least) else {
      throw MessageError(field: "\(key)", problem: "missing", remedy: integerRemedy(least))
    }
    return number
  }

  func optionalInteger(_ key: StaticString, atLeast least: Int64 = .min) throws(MessageError) -> Int64? {
    guard let node = self[key] else { return nil }
    guard let number = node.integer else {
      throw MessageError(field: "\(key)", problem: node.kindName, remedy: integerRemedy(least))
    }
    guard number >= least else {
      throw MessageError(field: "\(key)", problem: "\(number)", remedy: integerRemedy(least))
    }
    return number
  }

  func optionalDouble(_ key: StaticString) throws(MessageError) -> Double? {
    guard let node = self[key] else { return nil }
    guard let number = node.double else {
      throw MessageError(field: "\(key)", problem: node.kindName, remedy: "give a number")
    }
    return number
  }

  func bool(_ key: StaticString) throws(MessageError) -> Bool {
    guard let node = self[key] else {
      throw MessageError(field: "\(key)", problem: "missing", remedy: "give true or false")
    }
    guard let flag = node.bool else {
      throw MessageError(field: "\(key)", problem: node.kindName, remedy: "give true or false")
    }
    return flag
  }

  func date(_ key: StaticString) throws(MessageError) -> Int64 {
    guard let date = try optionalDate(key) else {
      throw MessageError(field: "\(key)", problem: "missing", remedy: WireDate.remedy)
    }
    return date
  }

  func optionalDate(_ key: StaticString) throws(MessageError) -> Int64? {
    guard let node = self[key] else { return nil }
    guard let date = node.withUTF8({ WireDate.milliseconds($0) }) else {
      throw MessageError(field: "\(key)", problem: node.kindName, remedy: WireDate.remedy)
    }
    guard let date else {
      throw MessageError(field: "\(key)", problem: "not a date", remedy: WireDate.remedy)
    }
    return date
  }

  func taskID(_ key: StaticString) throws(MessageError) -> Identifier {
    let node = try require(key, Self.identifierRemedy)
    do {
      return try node.asTaskID()
    } catch {
      throw error.inside("\(key)")
    }
  }

  /// The node itself as an identifier.
  func asTaskID() throws(MessageError) -> Identifier {
    guard isString else { throw MessageError(field: "", problem: kindName, remedy: Self.identifierRemedy) }
    guard let string, let identifier = Identifier(string) else {
      throw MessageError(field: "", problem: "not an identifier", remedy: Self.identifierRemedy)
    }
    return identifier
  }

  private static var identifierRemedy: String { "give an identifier, 24 hexadecimal digits" }

  /// The elements of the list `key`, each made by `element`; without the member, an empty list unless `required`.
  func list<Element>(
    _ key: StaticString, required: Bool = true, of element: (JSONNode) throws(MessageError) -> Element
  ) throws(MessageError) -> [Element] {
    guard let node = self[key] else {
      guard required else { return [] }
      throw MessageError(field: "\(key)", problem: "missing", remedy: "give a list")
    }
    guard node.isArray else {
      throw MessageError(field: "\(key)", problem: node.kindName, remedy: "give a list")
    }
    var made: [Element] = []
    made.reserveCapacity(node.count)
    for one in node.elements {
      do {
        made.append(try element(one))
      } catch {
        throw error.inside("\(key)[\(made.count)]")
      }
    }
    return made
  }

  /// What `make` makes of the object `key`, or nothing where there is no such member.
  func optionalObject<Made>(
    _ key: StaticString, _ make: (JSONNode) throws(MessageError) -> Made
  ) throws(MessageError) -> Made? {
    guard let node = self[key] else { return nil }
    guard node.isObject else {
      throw MessageError(field: "\(key)", problem: node.kindName, remedy: "give an object")
    }
    do {
      return try make(node)
    } catch {
      throw error.inside("\(key)")
    }
  }

  /// The node itself as a string, for lists of strings.
  func asText() throws(MessageError) -> String {
    guard let string else { throw MessageError(field: "", problem: kindName, remedy: "give a string") }
    return string
  }

  /// The node itself as an integer that is not negative, for lists of them.
  func asCount() throws(MessageError) -> Int64 {
    guard let integer else { throw MessageError(field: "", problem: kindName, remedy: "give an integer") }
    guard integer >= 0 else {
      throw MessageError(field: "", problem: "\(integer)", remedy: "give an integer that is not negative")
    }
    return integer
  }

  private func integerRemedy(_ least: Int64) -> String {
    least == .min ? "give an integer" : "give an integer of at least \(least)"
  }
}
