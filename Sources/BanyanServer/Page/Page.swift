import BanyanWire
import Crypto
import HTTPTypes

/// The live page: one document without outside resources. Its policy lets the browser run this one script, draw with
/// this one style and talk to this one server, and nothing else.
enum Page {
  static let document = """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Banyan</title>
    <style>\(style)</style>
    </head>
    <body>
    \(markup)
    <script>\(script)</script>
    </body>
    </html>

    """

  static let headers: HTTPFields = {
    var headers: HTTPFields = [
      .contentType: "text/html; charset=utf-8", .cacheControl: "no-cache", .contentSecurityPolicy: policy,
      .xContentTypeOptions: "nosniff",
    ]
    for (name, value) in [("Referrer-Policy", "no-referrer"), ("Cross-Origin-Opener-Policy", "same-origin")] {
      if let name = HTTPField.Name(name) { headers[name] = value }
    }
    return headers
  }()

  private static let policy = [
    "default-src 'none'", "script-src '\(digest(script))'", "style-src '\(digest(style))'", "connect-src 'self'",
    "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
  ].joined(separator: "; ")

  /// As a policy names an inline script.
  private static func digest(_ text: String) -> String {
    "sha256-\(Base64.text(of: Array(SHA256.hash(data: Array(text.utf8)))))"
  }
}
