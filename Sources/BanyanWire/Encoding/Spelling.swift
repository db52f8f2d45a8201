/// Finds the word that somebody meant.
public enum Spelling {
  /// The nearest of `words`, if it is near enough to be meant: at most a third of its letters are wrong, missing,
  /// too many, or have changed places with their neighbour.
  public static func nearest(to word: String, among words: some Sequence<String>) -> String? {
    let wanted = Array(word.lowercased().utf8.prefix(64))
    var best: (word: String, distance: Int)?
    for candidate in words {
      let distance = distance(wanted, Array(candidate.lowercased().utf8))
      if distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    guard let best, best.distance <= max(1, best.word.utf8.count / 3) else { return nil }
    return best.word
  }

  /// The first of `words` that is one letter away from a word, or differs from it in capital letters alone.
  static func neighbour(of word: String, among words: some Sequence<String>) -> String? {
    guard word.utf8.count <= 64 else { return nil }
    let wanted = Array(word.lowercased().utf8)
    return words.first {
      abs($0.utf8.count - wanted.count) <= 1 && distance(wanted, Array($0.lowercased().utf8)) <= 1
    }
  }

  /// `; did you mean "name"?`, or nothing.
  static func suggestion(for word: String, among words: some Sequence<String>) -> String {
    nearest(to: word, among: words).map { "; did you mean \($0)?" } ?? ""
  }

  /// The optimal string alignment distance (Damerau, 1964; no letter is edited twice).
  private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var older: [Int] = []
    var old = Array(0...right.count)
    for i in 0..<left.count {
      var new = [i + 1]
      for j in 0..<right.count {
        var cost = min(old[j + 1] + 1, new[j] + 1, old[j] + (left[i] == right[j] ? 0 : 1))
        if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] { cost = min(cost, older[j - 1] + 1) }
        new.append(cost)
      }
      older = old
      old = new
    }
    return old[right.count]
  }
}
