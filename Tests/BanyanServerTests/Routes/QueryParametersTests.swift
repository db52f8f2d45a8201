import BanyanCore
import Testing

@testable import BanyanServer

@Suite struct QueryParametersTests {
  @Test func `A query is decoded as forms are`() throws {
    let query = try QueryParameters("a=1&b=%7B%22x%22%3A+1%7D&c&d=&a=2&=x&e=f=g&%c3%a4=%E2%82%AC")
    #expect(query.map(\.0) == ["a", "b", "c", "d", "a", "", "e", "ä"])
    #expect(query.map(\.1) == ["1", "{\"x\": 1}", "", "", "2", "x", "f=g", "€"])
    #expect(throws: Rejection.self) { try query.value("a") }
    #expect(try query.value("e") == "f=g")
    #expect(try query.value("nosuch") == nil)
    for text in ["a=%", "a=%1", "a=%zz", "a=%ff", "%=1"] {
      #expect(throws: RequestError.self, "\(text)") { try QueryParameters(text) }
    }
  }
}
