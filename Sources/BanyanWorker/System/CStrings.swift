/// Lists of strings as C wants them.
enum CStrings {
  /// Calls `body` with the strings, each ended by NUL, and NULL at the end.
  static func with<Result>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    // One block for all the text: a call of strdup for each costs more than the rest of a start.
    let length = strings.reduce(0) { $0 + $1.utf8.count + 1 }
    let text = UnsafeMutablePointer<CChar>.allocate(capacity: max(length, 1))
    let list = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: strings.count + 1)
    defer {
      text.deallocate()
      list.deallocate()
    }
    var place = text
    for (index, string) in strings.enumerated() {
      (list + index).initialize(to: place)
      for byte in string.utf8 {
        place.initialize(to: CChar(bitPattern: byte))
        place += 1
      }
      place.initialize(to: 0)
      place += 1
    }
    (list + strings.count).initialize(to: nil)
    return body(list)
  }
}
