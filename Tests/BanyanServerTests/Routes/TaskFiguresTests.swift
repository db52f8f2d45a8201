import BanyanCore
import BanyanJSON
import TestSupport
import Testing

@testable import BanyanServer

@Suite struct TaskFiguresTests {
  /// Any worker may report any string: what Unicode calls equivalent are two statuses.
  @Test func statusesInTwoFormsAreCountedByThemselves() {
    let forms = ["caf\u{e9}", "cafe\u{301}", "caf\u{e9}"]
    var figures = TaskFigures()
    for (number, form) in forms.enumerated() {
      figures.add(
        .sample(UInt64(number)) { record, _ in
          var attempt = AttemptRecord.sample(worker: WorkerID(seconds: 1, rest: 1))
          attempt.exitStatus = form
          record.attempts = [attempt]
        })
    }
    #expect(figures.exitStatuses == [CodePoints(forms[0]): 2, CodePoints(forms[1]): 1])
  }
}
