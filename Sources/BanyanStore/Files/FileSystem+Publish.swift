extension FileSystem {
  /// Writes a file under a temporary name and gives it its own name once it is synced: what is there is the old file whole,
  /// the new one whole, or none, whenever the machine stops. Durable on return.
  /// - Returns: the file, open, and what `write` returned.
  /// - Throws: what the file system says. The file with its own name is the old one then, or none; or the new one, where
  ///   the folder alone could not be synced.
  public func publish<Value>(
    _ target: String, _ write: (any OpenFile) throws(StoreError) -> Value
  ) throws(StoreError) -> (file: any OpenFile, value: Value) {
    let temporary = target + ".tmp"
    let file = try StoreError.wrapping { () throws(FileError) in try create(temporary) }
    let value: Value
    do throws(StoreError) {
      value = try write(file)
      try StoreError.wrapping { () throws(FileError) in
        try file.sync()
        try rename(temporary, to: target)
      }
    } catch {
      // What is half done takes room. Should it stay, the next try makes it anew.
      do { try remove(temporary) } catch {}
      throw error
    }
    try StoreError.wrapping { () throws(FileError) in try syncFolder(folder(of: target)) }
    return (file, value)
  }

  /// The folder that a path lies in.
  func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
