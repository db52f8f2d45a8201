/// Numbers for names of which there are few (owners, queues), so that comparing them is comparing numbers.
struct Names: Sendable {
  private var numbers: [String: UInt32] = [:]
  private(set) var names: [String] = []

  /// The name's number, a new one if need be.
  mutating func number(_ name: String) -> UInt32 {
    if let number = numbers[name] { return number }
    let number = UInt32(names.count)
    numbers[name] = number
    names.append(name)
    return number
  }

  /// The name's number, if it has one.
  func known(_ name: String) -> UInt32? { numbers[name] }
}
