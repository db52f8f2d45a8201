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
    let answers = [ask(.stderr, offset: 0), ask(claim: 2, offset: 0), ask(claim: 3, offset: 0)]
    for answer in answers {
      guard case .error(let error) = answer else {
        Issue.record("\(answer)")
        continue
      }
      #expect(error.code == 404 && error.id == .number(1))
    }
  }

  @Test func whatNobodyWroteIsEmpty() {
    let nothing = WorkerMessage.log(LogMessage(id: .number(1), data: [], offset: 0, size: 0, end: true))
    #expect(ask(claim: 4, offset: 0) == nothing)
    #expect(ask(.index, offset: 7) == nothing)
  }

  @Test func endsThatTravelBeforeTheReport() {
    let name = Sample.assigned(.program(["x"]), key: AttemptKey(task: task, claimNumber: 1)).name
    func tail(_ claim: Int64, _ streams: [BanyanWire.OutputStream]) -> LogTailRequest {
      LogTailRequest(key: AttemptKey(task: task, claimNumber: claim), attempt: name, streams: streams)
    }
    let reader = LogReader(folder: folder("logs"))
    // A link, a folder, a missing one: none of them keeps a report back.
    let messages = reader.tails(of: [tail(1, [.stdout, .stderr]), tail(3, [.stdout]), tail(4, [.stdout])])
    #expect(
      messages == [
        TailsMessage(tasks: [.init(attempt: name, stream: .stdout, data: Array("0123456789".utf8), size: 10)])
      ])
    var empty = tail(1, [.stdout])
    empty.empty = [.stderr]
    #expect(reader.tails(of: [empty]).flatMap(\.tasks).map(\.size) == [10, 0])
    folder.write("logs/\(task)/1/stdout", String(repeating: "x", count: 100_000) + "end")
    let many = reader.tails(of: (0..<25).map { _ in tail(1, [.stdout]) })
    #expect(many.map(\.tasks.count) == [11, 11, 3])
    for message in many {
      var text: [UInt8] = []
      message.encode(into: &text)
      #expect(text.count < 1 << 20)
    }
    #expect(many[0].tasks[0].data.count == 65_536 && many[0].tasks[0].data.suffix(3) == Array("end".utf8))
    #expect(many[0].tasks[0].size == 100_003)
  }
}
