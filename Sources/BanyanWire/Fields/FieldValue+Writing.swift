import BanyanJSON

extension FieldValue {
  /// As JSON; nil where it is missing.
  public func json(dates: DateForm) -> JSON? {
    switch self {
    case .missing: return nil
    case .null: return .null
    case .bool(let flag): return .bool(flag)
    case .integer(let number): return .integer(number)
    case .real(let number): return .real(number)
    case .text(let text): return .string(text)
    case .identifier(let identifier): return .string(identifier.description)
    case .date(let date): return .string(dates.text(date))
    case .list(let elements): return .array(elements.compactMap { $0.json(dates: dates) })
    case .object(let members):
      var object = JSONObject(minimumCapacity: members.count)
      for member in members { object[member.name] = member.value.json(dates: dates) }
      return .object(object)
    }
  }

  /// Sets a member of an object that is being written; what is missing is left out.
  func write(_ key: StaticString, to object: inout JSONObjectWriter, dates: DateForm) {
    switch self {
    case .missing: break
    case .null: object.setNull(key)
    case .bool(let flag): object.set(key, flag)
    case .integer(let number): object.set(key, number)
    case .real(let number): object.set(key, number)
    case .text(let text): object.set(key, text)
    case .identifier(let identifier): object.set(key, identifier)
    case .date(let date): object.set(key, dates.text(date))
    case .list(let elements): object.array(key) { Self.write(elements, to: &$0, dates: dates) }
    case .object(let members): object.object(key) { Self.write(members, to: &$0, dates: dates) }
    }
  }

  private func write(dynamicKey key: String, to object: inout JSONObjectWriter, dates: DateForm) {
    switch self {
    case .missing: break
    case .null: object.set(dynamicKey: key, JSON.null)
    case .bool(let flag): object.set(dynamicKey: key, flag)
    case .integer(let number): object.set(dynamicKey: key, number)
    case .real(let number): object.set(dynamicKey: key, number)
    case .text(let text): object.set(dynamicKey: key, text)
    case .identifier(let identifier): object.set(dynamicKey: key, identifier.description)
    case .date(let date): object.set(dynamicKey: key, dates.text(date))
    case .list(let elements): object.array(dynamicKey: key) { Self.write(elements, to: &$0, dates: dates) }
    case .object(let members): object.object(dynamicKey: key) { Self.write(members, to: &$0, dates: dates) }
    }
  }

  static func write(_ members: [Member], to object: inout JSONObjectWriter, dates: DateForm) {
    for member in members { member.value.write(dynamicKey: member.name, to: &object, dates: dates) }
  }

  private static func write(_ elements: [FieldValue], to list: inout JSONArrayWriter, dates: DateForm) {
    for element in elements {
      switch element {
      case .missing: break
      case .null: list.appendNull()
      case .bool(let flag): list.append(flag)
      case .integer(let number): list.append(number)
      case .real(let number): list.append(number)
      case .text(let text): list.append(text)
      case .identifier(let identifier): list.append(identifier)
      case .date(let date): list.append(dates.text(date))
      case .list(let elements): list.array { write(elements, to: &$0, dates: dates) }
      case .object(let members): list.object { write(members, to: &$0, dates: dates) }
      }
    }
  }
}
