import Testing

@testable import BanyanClient

@Suite struct CredentialsTests {
  /// RFC 7617: the token is the user's name, the password is empty, the colon stands.
  @Test func theTokenIsTheNameOfBasicAuthentication() throws {
    let address = ServerAddress(host: "h")
    #expect(Credentials(address: address, token: "abc").authorization == "Basic YWJjOg==")
    #expect(Credentials(address: address, token: nil).authorization == nil)
    #expect("\(Credentials(address: address, token: "canary"))" == "http://h:5100")
  }
}
