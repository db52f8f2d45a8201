import Testing

@testable import banyan

@Suite struct InputFileTests {
  @Test func onlyALineFeedEndsALine() {
    #expect(InputFile.lines(of: "a\nb\r\n\nc") == ["a", "b\r", "", "c"])
    #expect(InputFile.lines(of: "a\n") == ["a"])
    #expect(InputFile.lines(of: "") == [])
  }

  @Test func whatIsNotThereIsNamed() throws {
    let error = try #require(throws: NotFound.self) { try InputFile.text("/nonexistent/file") }
    #expect(error.description == "/nonexistent/file: there is no such file")
    let folder = try #require(throws: NotFound.self) { try InputFile.text("/") }
    #expect(folder.description == "/: it is a folder")
  }
}
