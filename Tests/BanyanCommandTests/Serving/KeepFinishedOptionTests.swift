import BanyanCore
import Testing

@testable import banyan

@Suite struct KeepFinishedOptionTests {
  @Test func whatIsNotSaidStaysAtItsStandard() throws {
    let day: Int64 = 86_400_000
    #expect(try KeepFinished(option: "30d,1000000") == .standard)
    #expect(try KeepFinished(option: "2d") == KeepFinished(age: 2 * day, count: 1_000_000))
    #expect(try KeepFinished(option: "500") == KeepFinished(age: 30 * day, count: 500))
    #expect(try KeepFinished(option: "500,2d") == KeepFinished(age: 2 * day, count: 500))
    #expect(try KeepFinished(option: "forever") == KeepFinished())
  }

  @Test(arguments: ["", "0", "-1", "1,2", "1d,2d", "1d,", "soon", "1d,forever"])
  func anythingElseIsRefused(text: String) {
    let error = #expect(throws: UsageError.self) { try KeepFinished(option: text) }
    #expect(error?.description.contains("--keep-finished") == true)
  }
}
