/// A bar of signs that any terminal has: each part has its share of it, and a part that is there has one sign at least.
struct Bar {
  let total: Int64
  /// Parts and their signs, from the left; what is left of the total are dots.
  let parts: [(count: Int64, sign: Character)]

  func text(width: Int) -> String {
    guard total > 0, width > 0 else { return String(repeating: ".", count: max(0, width)) }
    var lengths = parts.map { part in
      part.count <= 0 ? 0 : max(1, Int(Double(part.count) * Double(width) / Double(total)))
    }
    // What is not there yet has a dot at least, and the largest gives way.
    let rest = total - parts.reduce(0) { $0 + max(0, $1.count) }
    let room = rest > 0 ? width - 1 : width
    while lengths.reduce(0, +) > room, let largest = lengths.indices.max(by: { lengths[$0] < lengths[$1] }),
      lengths[largest] > 1
    {
      lengths[largest] -= 1
    }
    if rest <= 0, let largest = lengths.indices.max(by: { lengths[$0] < lengths[$1] }) {
      lengths[largest] += max(0, width - lengths.reduce(0, +))
    }
    var bar = ""
    for (part, length) in zip(parts, lengths) { bar += String(repeating: part.sign, count: length) }
    return String(bar.prefix(width)) + String(repeating: ".", count: max(0, width - bar.count))
  }
}
