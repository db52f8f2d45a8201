/// A small file in the data folder, readable by its owner alone: a key, a certificate. It is replaced whole or not at all.
public struct PrivateFile: Sendable {
  /// The file's path in the data folder.
  public let path: String
  private let files: any FileSystem

  /// The file of this name, which may be there or not.
  public init(_ path: String, files: any FileSystem = LocalFileSystem()) {
    self.path = path
    self.files = files
  }

  /// What it holds, durable on return: who wrote it may have died before its name was. nil: there is none.
  /// - Parameter most: so many bytes are read of a longer one.
  /// - Throws: why it can't be read.
  public func read(atMost most: Int) throws(StoreError) -> [UInt8]? {
    let file: any OpenFile
    do throws(FileError) {
      file = try files.openForReading(path)
    } catch {
      if error.reason == .missing { return nil }
      throw StoreError(error)
    }
    let bytes = try file.bytes(at: 0, count: most)
    try StoreError.wrapping { () throws(FileError) in try files.syncFolder(files.folder(of: path)) }
    return bytes
  }

  /// Sees to it that the file, which is there, is its owner's alone.
  /// - Returns: what its operator should know: others could read it until now. nil: they couldn't.
  /// - Throws: why it can't be kept from others.
  public func makePrivate() throws(StoreError) -> String? {
    let open: UInt32
    do throws(FileError) {
      open = try files.makePrivate(path)
    } catch {
      throw StoreError(
        .notWritable, "\(path) has to be its owner's alone, as chmod 600 makes it: \(error)")
    }
    guard open != 0 else { return nil }
    return "Others than its owner could use \(path); now they can't. Who may have read it has what is in it."
  }

  /// Removes it; durable on return.
  /// - Throws: why it may be there still.
  public func remove() throws(StoreError) {
    try StoreError.wrapping { () throws(FileError) in
      try files.remove(path)
      try files.syncFolder(files.folder(of: path))
    }
  }

  /// Puts these bytes in the place of what it holds; durable on return.
  /// - Throws: why they can't be written: the file is what it was then, or, where its folder could not be synced, the new
  ///   one, which a crash of the machine may take back.
  public func write(_ bytes: [UInt8]) throws(StoreError) {
    _ = try files.publish(path) { file throws(StoreError) in
      try StoreError.wrapping { () throws(FileError) in
        try bytes.withUnsafeBytesThrowing { bytes throws(FileError) in try file.write(bytes, at: 0) }
      }
    }
  }
}
