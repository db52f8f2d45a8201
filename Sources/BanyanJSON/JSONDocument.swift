internal import CJansson

/// A parsed JSON text: the owner of jansson's tree and its memory, which is freed with the last ``JSONNode`` into it.
///
/// Deliberately not `Sendable`: jansson's trees belong to one thread at a time. Hand one over whole
/// (`sending`), or take its ``JSONNode/value``.
public final class JSONDocument {
  private let tree: UnsafeMutablePointer<json_t>
  private let arena: JSONArena

  /// Reads one JSON value that fills `bytes`, white space aside.
  ///
  /// Refused: what exceeds `limits`, duplicate keys, integers past 64 bits, reals past a double, `\u0000` and
  /// whatever is not UTF-8.
  public init(parsing bytes: UnsafeRawBufferPointer, limits: JSONLimits = .standard) throws(JSONError) {
    var arena = JSONArena()
    tree = try Self.parse(bytes, limits, &arena).get()
    self.arena = arena
  }

  /// Reads one JSON value that fills `bytes`.
  public init(parsing bytes: [UInt8], limits: JSONLimits = .standard) throws(JSONError) {
    var arena = JSONArena()
    tree = try bytes.withUnsafeBytes { Self.parse($0, limits, &arena) }.get()
    self.arena = arena
  }

  /// Reads one JSON value that fills `text`.
  public init(parsing text: String, limits: JSONLimits = .standard) throws(JSONError) {
    var text = text
    var arena = JSONArena()
    tree = try text.withUTF8 { Self.parse(UnsafeRawBufferPointer($0), limits, &arena) }.get()
    self.arena = arena
  }

  /// The value that the text is.
  public var root: JSONNode { JSONNode(document: self, json: tree) }

  private static func parse(
    _ bytes: UnsafeRawBufferPointer, _ limits: JSONLimits, _ arena: inout JSONArena
  ) -> Result<UnsafeMutablePointer<json_t>, JSONError> {
    JSONTree.seed
    if let refusal = JSONScan.refusal(of: bytes, limits: limits) { return .failure(refusal) }
    guard !bytes.isEmpty, let text = bytes.bindMemory(to: CChar.self).baseAddress else {
      return .failure(JSONError(.syntax, "nothing where a JSON value should be", at: 0, of: bytes))
    }
    var error = json_error_t()
    let flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | (limits.allowsNUL ? JSON_ALLOW_NUL : 0)
    guard let tree = arena.parse(text, count: bytes.count, flags: Int(flags), &error) else {
      return .failure(JSONError(error))
    }
    return .success(tree)
  }
}
