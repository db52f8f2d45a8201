import HTTPTypes
import Hummingbird

/// What a request says of the form of its body: JSON as it is, for every method of every resource. Of a request without a
/// body these headers say nothing.
struct BodyForm {
  let hasBody: Bool
  /// The media type, without its parameters; nil: none was said.
  private let type: String?
  /// What the body was coded by, beside being cut into chunks.
  private let codings: [String]

  init(of request: Request) {
    let transfers = Self.list(request.headers[values: .transferEncoding])
    hasBody = !transfers.isEmpty || (request.headers[.contentLength] ?? "0") != "0"
    type = request.headers[.contentType].map { $0.prefix { $0 != ";" }.trimmed.lowercased() }
    let contents = Self.list(request.headers[values: .contentEncoding])
    codings = transfers.filter { $0 != "chunked" && $0 != "identity" } + contents.filter { $0 != "identity" }
  }

  private static func list(_ values: [String]) -> [String] {
    values.flatMap { $0.split(separator: ",") }.map { $0.trimmed.lowercased() }.filter { !$0.isEmpty }
  }

  /// Refuses a body that says it is something else.
  func check() throws(RequestError) {
    guard hasBody else { return }
    if let coding = codings.first {
      throw RequestError(
        .unsupportedMediaType, "The body is coded (\(coding.prefix(64))); send it as it is.",
        headers: [.connection: "close"])
    }
    try checkType()
  }

  /// Refuses what is no JSON by its own word, also where there is no body.
  func checkType() throws(RequestError) {
    guard let type, type != "application/json" else { return }
    throw RequestError(.unsupportedMediaType, "The body says it is \(type.prefix(64)); send application/json.")
  }

  /// Where no token is asked for, a write says that it is JSON, which a page's form can't.
  func checkSaysJSON() throws(RequestError) {
    guard type != "application/json" else { return }
    throw RequestError(.unsupportedMediaType, "Without a token a write has to say Content-Type: application/json.")
  }
}
