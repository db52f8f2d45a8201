extension JSON {
  /// Reads one JSON value that fills `bytes` (white space around it may stand).
  public init(parsing bytes: UnsafeRawBufferPointer, limits: JSONLimits = .standard) throws(JSONError) {
    self = try JSONDocument(parsing: bytes, limits: limits).root.value
  }

  /// Reads one JSON value that fills `bytes`.
  public init(parsing bytes: [UInt8], limits: JSONLimits = .standard) throws(JSONError) {
    self = try JSONDocument(parsing: bytes, limits: limits).root.value
  }

  /// Reads one JSON value that fills `text`.
  public init(parsing text: String, limits: JSONLimits = .standard) throws(JSONError) {
    self = try JSONDocument(parsing: text, limits: limits).root.value
  }

  /// The value as JSON text in UTF-8, on one line or, `pretty`, indented by two spaces.
  ///
  /// JSON has no number for NaN and the infinities. They are written as the strings `"NaN"`, `"Infinity"` and
  /// `"-Infinity"`: whoever expects a number there sees that it is none, which a `null` would hide.
  /// What was read from text is nested no deeper than its limits; a value made in code should keep below
  /// ``JSONLimits/deepest`` too, or nobody can read it back.
  public func encoded(pretty: Bool = false, sortedKeys: Bool = false) -> [UInt8] {
    var bytes: [UInt8] = []
    encode(into: &bytes, pretty: pretty, sortedKeys: sortedKeys)
    return bytes
  }

  /// The value as JSON text; see ``encoded(pretty:sortedKeys:)``.
  public func encodedString(pretty: Bool = false, sortedKeys: Bool = false) -> String {
    String(decoding: encoded(pretty: pretty, sortedKeys: sortedKeys), as: UTF8.self)
  }

  /// Appends the value as JSON text to `buffer`; see ``encoded(pretty:sortedKeys:)``.
  public func encode(into buffer: inout [UInt8], pretty: Bool = false, sortedKeys: Bool = false) {
    var tree = JSONTree()
    let root = tree.make(self)
    tree.dump(root, into: &buffer, pretty: pretty, sortedKeys: sortedKeys)
    JSONTree.release(root)
  }
}
