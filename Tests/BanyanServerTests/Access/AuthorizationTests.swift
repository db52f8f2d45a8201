import BanyanWire
import Testing

@testable import BanyanServer

@Suite struct AuthorizationTests {
  static func basic(_ text: String) -> String { "Basic " + Base64.text(of: Array(text.utf8)) }

  @Test func `Both schemes are read, in any case, and nothing else is`() {
    #expect(Authorization.token("Bearer abc") == "abc")
    #expect(Authorization.token("bearer   abc ") == "abc")
    #expect(Authorization.token(Self.basic("abc:")) == "abc")
    #expect(Authorization.token("BASIC" + Self.basic("abc:").dropFirst(5)) == "abc")
    for text in [
      "", "Bearer", "Bearer ", "Basic", "Basic ???", "Basic " + Base64.text(of: [0xFF, 0x3A]), Self.basic("abc"),
      Self.basic("abc:secret"), "Digest abc", "abc",
    ] {
      #expect(Authorization.token(text) == nil, "\(text)")
    }
  }
}
