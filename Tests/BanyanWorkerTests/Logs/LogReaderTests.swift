import BanyanCore
import BanyanWire
import Glibc
import TestSupport
import Testing

@testable import BanyanWorker

struct LogReaderTests {
  private let folder = TestFolder()
  private let task = Sample.task()

  init() {
    mkdir(folder("logs"), 0o700)
    mkdir(folder("logs/\(task)"), 0o700)
    mkdir(folder("logs/\(task)/1"), 0o700)
    folder.write("logs/\(task)/1/stdout", "0123456789")
    folder.write("secret", "secret")
    symlink(folder("secret"), folder("logs/\(task)/1/stderr"))
    symlink(folder("logs/\(task)/1"), folder("logs/\(task)/2"))
    mkdir(folder("logs/\(task)/3"), 0o700)
    mkdir(folder("logs/\(task)/3/stdout"), 0o700)
  }

  private func ask(
    claim: Int64 = 1, _ stream: OutputStream = .stdout, offset: Int64, limit: Int64 = 100, isLive: Bool = false
  ) -> WorkerMessage {
    LogReader(folder: folder("logs")).answer(
      RequestLogPush(
        id: .number(1), task: task, claimNumber: claim, stream: stream, offset: offset, limit: limit),
      isLive: isLive)
  }

  private func log(_ text: String, at offset: Int64, end: Bool) -> WorkerMessage {
    .log(LogMessage(id: .number(1), data: Array(text.utf8), offset: offset, size: 10, end: end))
  }

  @Test func ranges() {
    #expect(ask(offset: 0) == log("0123456789", at: 0, end: true))
    #expect(ask(offset: 0, isLive: true) == log("0123456789", at: 0, end: false))
    #expect(ask(offset: 3, limit: 4) == log("3456", at: 3, end: false))
    #expect(ask(offset: 10) == log("", at: 10, end: true))
    #expect(ask(offset: 11) == log("", at: 10, end: true))
    #expect(ask(offset: .max, limit: .max) == log("", at: 10, end: true))
    #expect(ask(offset: -4) == log("6789", at: 6, end: true))
    #expect(ask(offset: .min) == log("0123456789", at: 0, end: true))
    #expect(ask(offset: 2, limit: 0) == log("", at: 2, end: false))
  }

  @Test func noLinkIsFollowedAndNothingElseRead() {
    let answers = [
      ask(.stderr, offset: 0), ask(claim: 2, offset: 0), ask(claim: 3, offset: 0), ask(claim: 4, offset: 0),
    ]
    for answer in answers {
      guard case .error(let error) = answer else {
        Issue.record("\(answer)")
        continue
      }
      #expect(error.code == 404 && error.id == .number(1))
    }
  }
}
