import BanyanCore
import BanyanJSON
import BanyanWire
import TestSupport
import Testing

@Suite struct EnvelopeTests {
  @Test func aPageHasABound() throws {
    let page = try ListQuery().select(from: [TaskRecord.sample(2), .sample(1)])
    func list(_ limit: Int) throws(Rejection) -> [UInt8] {
      try Envelope.list(page, limit: limit, .unbounded) { TaskDocument.write($0, to: &$1) }
    }
    let whole = try list(.max)
    #expect(try JSON(parsing: whole)["_items"]?.array?.count == 2)
    let error = #expect(throws: Rejection.self) { try list(whole.count / 2 + 100) }
    #expect(error?.kind == .tooLarge)
    #expect(error?.message.contains("of which 1 fill") == true && error?.message.contains("max_results") == true)
  }

  @Test func everyAnswerHasItsForm() throws {
    let page = try ListQuery().select(from: [TaskRecord.sample(2), .sample(1)])
    let list = try JSON(parsing: Envelope.list(page, DocumentOptions(), .unbounded))
    #expect(list["_meta"] == ["page": 1, "max_results": 128, "total": 2])
    #expect(list["_items"]?.array?.compactMap { $0["_id"]?.string?.last } == ["1", "2"])
    let one = try JSON(parsing: Envelope.written(.sample()) { $0.set("token", "t") })
    #expect(one["_status"] == "OK" && one["token"] == "t" && one["_created"] != nil)
    let many = try JSON(parsing: Envelope.written([.sample(1), .sample(2)]))
    #expect(many["_items"]?.array?.count == 2)
    let error = try JSON(
      parsing: Envelope.error(
        Rejection(
          .unprocessable, "no",
          issues: [.init(field: "b", trouble: "x"), .init(field: "a", trouble: "y"), .init(field: "b", trouble: "z")])))
    #expect(error["_status"] == "ERR")
    #expect(error["_error"] == ["code": 422, "message": "no"])
    #expect(error["_issues"] == ["a": "y", "b": "x; z"])
  }
}
