import BanyanCore
import BanyanWire

/// The query of a URL: pairs in their order, decoded as forms are (`+` is a blank).
struct QueryParameters: Sequence, Sendable {
  /// Names and values, in the form that queries on lists are read from.
  let pairs: [(String, String)]

  init(_ query: String) throws(RequestError) {
    do throws(PercentEncoding.Failure) {
      pairs = try PercentEncoding.pairs(ofQuery: query)
    } catch {
      switch error {
      case .noDigits: throw RequestError(.badRequest, "The query holds a % that no two hex digits follow.")
      case .notUTF8: throw RequestError(.badRequest, "The query is not UTF-8 when it is decoded.")
      }
    }
  }

  func makeIterator() -> some IteratorProtocol<(String, String)> { pairs.makeIterator() }

  /// The value of a parameter; refused if it is given twice.
  func value(_ name: String) throws(Rejection) -> String? {
    let values = pairs.filter { $0.0 == name }
    guard values.count <= 1 else { throw Rejection.field(name, "given twice; give it once") }
    return values.first?.1
  }

  /// Refuses every other parameter.
  func allow(_ names: [String]) throws(Rejection) {
    for (key, _) in pairs where !names.contains(key) {
      let list = names.isEmpty ? "there are none here" : "there are \(names.joined(separator: ", "))"
      throw Rejection.field(String(key.prefix(64)), "an unknown parameter; \(list)")
    }
  }

  /// The form of dates that the answer has.
  func dates() throws(Rejection) -> DateForm {
    guard let text = try value("dates") else { return .rfc1123 }
    guard let form = DateForm(rawValue: text) else {
      throw Rejection.field("dates", "\(text.prefix(64)); give iso8601 or rfc1123")
    }
    return form
  }

  /// A parameter that is true or false; absent it is false.
  func flag(_ name: String) throws(Rejection) -> Bool {
    switch try value(name) {
    case nil, "false", "0": return false
    case "true", "1", "": return true
    case let text?: throw Rejection.field(name, "\(text.prefix(64)); give true or false")
    }
  }

  /// A parameter that is a whole number.
  func integer(_ name: String, in range: ClosedRange<Int64>) throws(Rejection) -> Int64? {
    guard let text = try value(name) else { return nil }
    guard let number = WholeNumber.value(of: text), range.contains(number) else {
      throw Rejection.field(
        name, "\(text.prefix(64)); give an integer from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }
}
