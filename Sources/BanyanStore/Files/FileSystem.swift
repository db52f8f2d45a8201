/// The calls on files that whatever lies in a data folder is written with: so few that a test can fail each one of them,
/// and lose on a crash whatever was not synced.
public protocol FileSystem: Sendable {
  /// The names of what lies in a folder.
  func list(_ folder: String) throws(FileError) -> [String]
  /// Makes a folder and those above it, durable on return; it may be there already.
  func makeFolder(_ path: String) throws(FileError)
  /// Opens an existing file for reading.
  func openForReading(_ path: String) throws(FileError) -> any OpenFile
  /// Makes an empty file, in the place of one that may be there, for this user alone.
  func create(_ path: String) throws(FileError) -> any OpenFile
  /// Opens a file for writing and measuring, as it is; an empty one is made if there is none, for this user alone. A
  /// symbolic link is refused.
  func openForWriting(_ path: String) throws(FileError) -> any OpenFile
  /// Takes away whatever others than its owner may do with a file.
  /// - Returns: what they might before, as in chmod's numbers; 0: nothing.
  func makePrivate(_ path: String) throws(FileError) -> UInt32
  /// Gives a file another name, in the place of one that may be there.
  func rename(_ path: String, to target: String) throws(FileError)
  /// Removes a file, durable once its folder is synced.
  func remove(_ path: String) throws(FileError)
  /// Makes the names in a folder durable.
  func syncFolder(_ path: String) throws(FileError)
  /// Takes the lock on a file that is made if need be; nil if another process has it. Held until the value is gone.
  func lock(_ path: String) throws(FileError) -> (any FileLock)?
  /// What the holder of a lock wrote about itself, if anything.
  func lockHolder(_ path: String) -> String?
}

/// An open file. Confined to one thread at a time, closed with its last reference.
public protocol OpenFile: AnyObject {
  /// The path that it was opened by.
  var path: String { get }
  /// Its length in bytes.
  func size() throws(FileError) -> Int
  /// Reads as much as there is at `offset`, up to the buffer's length; less only at the end.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileError) -> Int
  /// Writes all of the bytes at `offset`.
  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError)
  /// Sets aside room: the file is `count` bytes long then, its new part zeros.
  func preallocate(_ count: Int) throws(FileError)
  /// Cuts off what lies behind the first `count` bytes.
  func truncate(to count: Int) throws(FileError)
  /// Makes what was written durable. After an error it is unknown what is, and must not be asked again.
  func sync() throws(FileError)
}

/// A lock that is held. Released with its last reference.
public protocol FileLock: AnyObject, Sendable {}

/// What the system said of a file.
public struct FileError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What sort of trouble it is.
  public enum Reason: Sendable, Hashable {
    /// No room on the disk.
    case full
    /// Not allowed, or a file system that is mounted read-only.
    case forbidden
    /// Nothing lies at that path.
    case missing
    /// Anything else; the words tell it.
    case other
  }

  /// What was tried: "write", "sync".
  public let action: String
  /// The path of the file or folder that it was tried on.
  public let path: String
  /// What sort of trouble it is.
  public let reason: Reason
  /// What the system says of the error: "No space left on device".
  public let words: String

  /// What was tried, on which path, and what came of it.
  public init(_ action: String, _ path: String, _ reason: Reason, words: String) {
    self.action = action
    self.path = path
    self.reason = reason
    self.words = words
  }

  /// What was tried, on which file, and what the system said.
  public var description: String { "could not \(action) \(path): \(words)" }
}
