/// How much a JSON text may hold. They are checked on the raw bytes, before anything is built from them.
public struct JSONLimits: Sendable, Hashable {
  /// The deepest nesting that any reader accepts, whatever ``maxDepth`` says: building and freeing a tree
  /// recurses, and this much fits the stack of any thread.
  public static let deepest = 512

  /// What is accepted unless a caller says otherwise: 64 MiB, 64 deep, a million values.
  public static let standard = JSONLimits()

  /// The length of the text in bytes.
  public var maxBytes: Int
  /// How deep lists and objects may be nested.
  public var maxDepth: Int
  /// How many values there may be; a member of an object counts as one.
  public var maxValues: Int
  /// Whether strings (keys never) may hold the NUL character, written `\u0000`. C programs would cut them there.
  public var allowsNUL: Bool

  /// Limits; each has a default.
  public init(maxBytes: Int = 64 << 20, maxDepth: Int = 64, maxValues: Int = 1_000_000, allowsNUL: Bool = false) {
    self.maxBytes = maxBytes
    self.maxDepth = maxDepth
    self.maxValues = maxValues
    self.allowsNUL = allowsNUL
  }
}
