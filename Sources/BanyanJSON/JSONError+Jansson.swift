internal import CJansson

extension JSONError {
  /// What jansson says about a text that it refused.
  init(_ error: json_error_t) {
    var error = error
    let code = json_error_code(&error)
    let words = withUnsafeBytes(of: &error.text) { text in
      // The last byte holds the code.
      String(decoding: text.dropLast().prefix { $0 != 0 }, as: UTF8.self)
    }
    let (kind, message): (Kind, String) =
      switch code {
      case json_error_duplicate_key: (.duplicateKey, words)
      case json_error_numeric_overflow: (.number, words)
      case json_error_invalid_utf8: (.encoding, "not valid UTF-8: \(words)")
      case json_error_null_character, json_error_null_byte_in_key:
        (.nullCharacter, "the NUL character (\\u0000) is not allowed in a string")
      case json_error_stack_overflow: (.tooDeep, words)
      case json_error_out_of_memory: (.outOfMemory, "out of memory")
      default: (.syntax, "not valid JSON: \(words)")
      }
    self.init(
      kind: kind, message: message, byteOffset: Int(error.position), line: Int(error.line), column: Int(error.column))
  }
}
