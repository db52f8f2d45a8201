/// Why a store can't be read or written, in words for its operator.
public struct StoreError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What sort of trouble it is.
  public enum Kind: Sendable, Hashable {
    /// The disk is full (or the quota). Goes away when there is room.
    case full
    /// The folder may not be written.
    case notWritable
    /// Another server works on the folder.
    case locked
    /// A file is damaged.
    case damaged
    /// Files are missing that must be there.
    case missing
    /// A file was written by a newer program.
    case newerFormat
    /// The disk failed, or something else did that isn't expected to.
    case failed
    /// An earlier failure forbids any further writing.
    case poisoned
    /// The caller did what it must not.
    case misuse
  }

  /// What sort of trouble it is.
  public let kind: Kind
  /// What is wrong, with the path and, where it matters, the byte.
  public let message: String

  /// An error of a kind, in words for the operator.
  public init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  /// The message: what is wrong, and where.
  public var description: String { message }
}

extension StoreError {
  /// What the system said of a file.
  init(_ error: FileError) {
    let kind: Kind =
      switch error.reason {
      case .full: .full
      case .forbidden: .notWritable
      case .missing: .missing
      case .other: .failed
      }
    self.init(kind, error.description)
  }

  /// Runs something that fails in the file system's words.
  static func wrapping<Result>(_ body: () throws(FileError) -> Result) throws(StoreError) -> Result {
    do {
      return try body()
    } catch {
      throw StoreError(error)
    }
  }
}
