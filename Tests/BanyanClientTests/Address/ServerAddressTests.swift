import Testing

@testable import BanyanClient

@Suite struct ServerAddressTests {
  @Test(arguments: [
    ("http://127.0.0.1:5100", "http://127.0.0.1:5100"), ("http://127.0.0.1:5100/", "http://127.0.0.1:5100"),
    ("lab1", "http://lab1:5100"), ("lab1:80", "http://lab1:80"), ("[::1]:5101", "http://[::1]:5101"),
    ("[::1]", "http://[::1]:5100"), ("::1", "http://[::1]:5100"), ("fe80::1%eth0", "http://[fe80::1%eth0]:5100"),
    ("https://lab.example/queue/", "https://lab.example:443/queue"), ("ws://h/a/b", "http://h:80/a/b"),
    ("WSS://h:1", "https://h:1"), ("lab1/base", "http://lab1:5100/base"),
  ])
  func read(text: String, url: String) throws {
    let address = try ServerAddress(text)
    #expect("\(address)" == url)
    #expect(try ServerAddress("\(address)") == address)
  }

  @Test(arguments: [
    "", "http://", "ftp://h", "h:0", "h:65536", "h:x", "h:", "http://token@h", "[::1", "[::1]x", "a b", "h?x", "h/#y",
    "http://h:5100 ",
  ])
  func whatIsNone(text: String) throws {
    let error = try #require(throws: ServerAddressError.self) { try ServerAddress(text) }
    #expect(error.description.contains("http://127.0.0.1:5100"))
  }
}
