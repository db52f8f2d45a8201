/// The names in a store's folder.
///
/// ```
/// lock                                  held by the server that works here
/// journal-00000000000000000001.log      a segment, by the sequence of its first event
/// journal-spare.tmp                     the next segment, set aside
/// snapshot-00000000000000004711.jsonl   a snapshot, by the sequence of the last event in it
/// damaged-snapshot-....jsonl            one that was passed over at a start
/// *.tmp                                 what was not finished; removed at a start
/// ```
///
/// Anything else is not the store's, and left alone.
struct StoreFolder: Sendable {
  let path: String
  let files: any FileSystem

  var lockPath: String { path + "/lock" }
  private var sparePath: String { path + "/journal-spare.tmp" }

  func segmentPath(_ firstSequence: UInt64) -> String { path + "/journal-" + Self.digits(firstSequence) + ".log" }

  func snapshotPath(_ sequence: UInt64) -> String { path + "/snapshot-" + Self.digits(sequence) + ".jsonl" }

  func damagedSnapshotPath(_ sequence: UInt64) -> String {
    path + "/damaged-snapshot-" + Self.digits(sequence) + ".jsonl"
  }

  /// Twenty digits hold any sequence and sort as text.
  private static func digits(_ sequence: UInt64) -> String {
    let digits = String(sequence)
    return String(repeating: "0", count: 20 - digits.count) + digits
  }

  private static func sequence(in name: String, between prefix: String, and suffix: String) -> UInt64? {
    guard name.hasPrefix(prefix), name.hasSuffix(suffix), name.utf8.count == prefix.utf8.count + 20 + suffix.utf8.count
    else { return nil }
    return UInt64(name.dropFirst(prefix.count).dropLast(suffix.count))
  }

  /// What lies in the folder.
  struct Contents {
    /// First sequences of the segments, ascending.
    var segments: [UInt64] = []
    /// Sequences of the snapshots, newest first.
    var snapshots: [UInt64] = []
    /// Names of files that were not finished.
    var unfinished: [String] = []
  }

  func contents() throws(StoreError) -> Contents {
    let names = try StoreError.wrapping { () throws(FileError) in try files.list(path) }
    var contents = Contents()
    for name in names {
      if let first = Self.sequence(in: name, between: "journal-", and: ".log") {
        contents.segments.append(first)
      } else if let sequence = Self.sequence(in: name, between: "snapshot-", and: ".jsonl") {
        contents.snapshots.append(sequence)
      } else if name.hasSuffix(".tmp"), name.hasPrefix("journal-") || name.hasPrefix("snapshot-") {
        contents.unfinished.append(name)
      }
    }
    contents.segments.sort()
    contents.snapshots.sort(by: >)
    return contents
  }

  /// Sets a segment aside that has no name in the journal yet.
  func makeSpare(size: Int) throws(StoreError) -> any OpenFile {
    try StoreError.wrapping { () throws(FileError) in
      let file = try files.create(sparePath)
      do throws(FileError) {
        try file.preallocate(size)
      } catch {
        // The part that was set aside is needed elsewhere. Should it stay, the next try makes the file anew.
        do { try files.remove(sparePath) } catch {}
        throw error
      }
      return file
    }
  }

  /// Makes the spare segment the one that begins with `firstSequence`; durable on return.
  func publishSpare(firstSequence: UInt64) throws(FileError) {
    try files.rename(sparePath, to: segmentPath(firstSequence))
    try files.syncFolder(path)
  }
}
