import BanyanWire
import HTTPTypes

/// The live page: a document, a style sheet and the modules of its script. They are files beside this one, which the
/// package manager puts into the binary. Nothing of the page comes from elsewhere.
enum Page {
  /// One file of the page.
  struct File: Sendable {
    /// The path below `/page/`.
    var name: String
    /// Its media type, for `Content-Type`.
    var type: String
    var bytes: [UInt8]

    var headers: HTTPFields {
      [.contentType: "\(type); charset=utf-8", .cacheControl: "no-cache", .xContentTypeOptions: "nosniff"]
    }
  }

  /// The document, served at `/`.
  static let document = File(name: "page.html", type: "text/html", bytes: PackageResources.page_html)

  /// What the document loads.
  static let parts = [
    File(name: "page.css", type: "text/css", bytes: PackageResources.page_css),
    script("board.js", PackageResources.board_js), script("dom.js", PackageResources.dom_js),
    script("graph.js", PackageResources.graph_js), script("main.js", PackageResources.main_js),
    script("session.js", PackageResources.session_js), script("task.js", PackageResources.task_js),
    script("text.js", PackageResources.text_js),
  ]

  private static func script(_ name: String, _ bytes: [UInt8]) -> File {
    File(name: name, type: "text/javascript", bytes: bytes)
  }

  /// The document's headers: the browser may run and draw with this server's own files, talk to this server, and
  /// nothing else.
  static let documentHeaders: HTTPFields = {
    var headers = document.headers
    headers[.contentSecurityPolicy] = policy
    for (name, value) in [("Referrer-Policy", "no-referrer"), ("Cross-Origin-Opener-Policy", "same-origin")] {
      if let name = HTTPField.Name(name) { headers[name] = value }
    }
    return headers
  }()

  private static let policy = [
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "base-uri 'none'",
    "form-action 'none'", "frame-ancestors 'none'",
  ].joined(separator: "; ")
}
