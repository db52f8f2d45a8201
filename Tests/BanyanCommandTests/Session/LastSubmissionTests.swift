import BanyanClient
import TestSupport
import Testing

@testable import banyan

@Suite struct LastSubmissionTests {
  @Test func theLastJobsAreRememberedNewestFirstAndEachOnce() throws {
    let folder = TestFolder()
    let last = LastSubmission(folder: AccessFolder(path: folder("home")))
    #expect(try last.read() == nil)
    for number: Int64 in [1, 2, 3, 2] { last.write(number) }
    #expect(try (0..<4).map { try last.read(back: $0) } == ["2", "3", "1", nil])
    for number: Int64 in 4...60 { last.write(number) }
    #expect(try last.read() == "60")
    #expect(try last.read(back: Selector.maxBack) == "29")
    #expect(try last.read(back: Selector.maxBack + 1) == nil)
  }

  @Test func whatWasRememberedBeforeThereWereJobsIsATask() throws {
    let folder = TestFolder()
    let access = AccessFolder(path: folder("home"))
    try access.write(note: "6b0660616ce937ff6059296f", named: "last")
    #expect(try LastSubmission(folder: access).read() == "6b0660616ce937ff6059296f")
    #expect(try LastSubmission(folder: nil).read() == nil)
  }
}
