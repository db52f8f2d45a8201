/// Numbers for names of which there are few (owners, queues), so that comparing them is comparing numbers.
struct Names: Sendable {
  private var numbers: [CodePoints: UInt32] = [:]
  private(set) var names: [String] = []
  /// The last one that was asked for: most questions repeat the one before.
  private var last: (name: String, number: UInt32)?

  /// The name's number, a new one if need be.
  mutating func number(_ name: String) -> UInt32 {
    if let last, last.name.isSame(as: name) { return last.number }
    let number = numbers[CodePoints(name)] ?? UInt32(names.count)
    if number == names.count {
      numbers[CodePoints(name)] = number
      names.append(name)
    }
    last = (name, number)
    return number
  }

  /// The numbers of those of these that have one; nil for no names at all, which stands for all there are.
  func numbers(of names: [String]) -> Set<UInt32>? {
    names.isEmpty ? nil : Set(names.compactMap { known($0) })
  }

  /// The name's number, if it has one.
  func known(_ name: String) -> UInt32? {
    if let last, last.name.isSame(as: name) { return last.number }
    return numbers[CodePoints(name)]
  }
}
