import BanyanCore
import BanyanJSON
import Testing

@testable import BanyanWire

@Suite struct JobRequestTests {
  private func read(_ text: String) throws -> JobRequest { try JobRequest(JSONDocument(parsing: text).root) }

  /// What is wrong, by path.
  private func issues(_ text: String, at path: String = "") throws -> [String: String] {
    let root = try JSONDocument(parsing: text).root
    do throws(Rejection) {
      _ = try JobRequest(root, at: path)
      return [:]
    } catch {
      #expect(error.kind == .unprocessable)
      return Dictionary(error.issues.map { ($0.field, $0.trouble) }) { "\($0); \($1)" }
    }
  }

  @Test func `A graph of families is read as it was written`() throws {
    let request = try read(
      """
      {"name": "sweep", "labels": {"paper": "3"}, "resume": 12,
       "defaults": {"requested_resources": {"cores": 1}, "environment": {"A": "1", "B": "2"}, "priority": 5},
       "tasks": [
         {"name": "prepare", "command": "prep", "environment": {"B": "3"}, "state": "inactive", "held": true},
         {"name": "fit", "arguments": ["fit", "{lr}"], "after": "prepare", "max_running": 4, "stop_after_failures": 2,
          "matrix": {"lr": ["0.1", "1e-3"], "batch": ["08", "50"]}},
         {"name": "sum", "command": "sum", "range": "1-100000", "after": ["fit[{index}]", "12", "12.7", "65f1a2b3c4d5e6f708090a0b"]},
         {"name": "rows", "command": "x", "rows": {"columns": ["a", "b"], "values": [["1", "2"], ["3", ""]]}},
         {"name": "all"}]}
      """)
    #expect(request.name == "sweep" && request.labels == ["paper": "3"] && request.resumes == JobNumber(12))
    #expect(request.families.map(\.fields.name) == ["prepare", "fit", "sum", "rows", "all"])
    let (prepare, fit, sum, rows, all) = (
      request.families[0], request.families[1], request.families[2], request.families[3], request.families[4]
    )
    #expect(prepare.fields.environment == ["A": "1", "B": "3"] && prepare.fields.priority == 5)
    #expect(prepare.isHeld && !prepare.wantsAvailable && prepare.parameters == nil)
    #expect(fit.wantsAvailable && !fit.isHeld && fit.maxRunning == 4 && fit.stopAfterFailures == 2)
    #expect(fit.after == [.name("prepare")] && fit.fields.environment == ["A": "1", "B": "2"])
    #expect(fit.parameters?.names == ["lr", "batch"] && fit.parameters?.count == 4)
    #expect(fit.parameters?.values(at: 1) == ["0.1", "50"] && fit.parameters?.values(at: 2) == ["1e-3", "08"])
    #expect(sum.parameters?.count == 100_000 && sum.parameters?.index(at: 99_999) == 100_000)
    let id = try #require(Identifier("65f1a2b3c4d5e6f708090a0b"))
    #expect(
      sum.after == [
        .name("fit[{index}]"), .job(JobNumber(12)), .member(JobPlace(job: JobNumber(12), member: 7)), .id(id),
      ])
    #expect(rows.parameters?.names == ["a", "b"] && rows.parameters?.values(at: 1) == ["3", ""])
    // A group: resources of the defaults are for commands.
    #expect(all.fields.work == nil && all.fields.resources == nil && all.fields.priority == 5)
    #expect(request.remarks.isEmpty)
  }

  @Test func `All that is wrong with all families is told at once, by its place`() throws {
    let issues = try issues(
      """
      {"name": "12", "lables": {}, "tasks": [
        {"name": "a", "command": "x", "requested_resources": {}, "matrix": {"0lr": ["1"], "e": [], "n": [1, true, 0.5, "x"]}},
        {"name": "b", "command": "x", "arguments": ["y"], "requested_resources": {}, "range": "1-3", "matrix": {"x": ["1"]}},
        {"name": "7.2", "command": "x", "comand": "y", "continuations": [], "array": {}, "_id": "x"},
        {"name": "d", "rows": {"columns": ["x", "x", "2"], "values": [["1", "2", "3"], ["1"], "no"], "rows": 1}},
        {"name": "e", "after": ["a", "a", "0", "007", "1.0", 3], "range": 5},
        "no"]}
      """, at: "job")
    #expect(issues["job.name"]?.contains("digits alone") == true)
    #expect(issues["job.lables"]?.contains("labels") == true)
    #expect(issues["job.tasks.0.matrix.0lr"]?.contains("BANYAN_PARAM_") == true)
    #expect(issues["job.tasks.0.matrix.e"]?.contains("no values") == true)
    #expect(issues["job.tasks.0.matrix.n.0"]?.contains("\"1\"") == true)
    #expect(issues["job.tasks.0.matrix.n.1"]?.contains("\"true\"") == true)
    #expect(issues["job.tasks.0.matrix.n.2"]?.contains("\"0.5\"") == true)
    #expect(issues["job.tasks.0.matrix.n.3"] == nil)
    #expect(issues["job.tasks.1.arguments"] != nil && issues["job.tasks.1.matrix"]?.contains("beside range") == true)
    #expect(issues["job.tasks.2.name"]?.contains("job's number") == true)
    #expect(issues["job.tasks.2.comand"]?.contains("command") == true)
    #expect(issues["job.tasks.2.continuations"]?.contains("after") == true)
    #expect(issues["job.tasks.2.array"]?.contains("range") == true)
    #expect(issues["job.tasks.2._id"]?.contains("server") == true)
    #expect(issues["job.tasks.2.requested_resources"]?.contains("missing") == true)
    #expect(issues["job.tasks.3.rows.columns.1"]?.contains("twice") == true)
    #expect(issues["job.tasks.3.rows.columns.2"] != nil)
    #expect(issues["job.tasks.3.rows.values.1"]?.contains("1 value for 3 columns") == true)
    #expect(issues["job.tasks.3.rows.values.2"] != nil && issues["job.tasks.3.rows.rows"] != nil)
    #expect(issues["job.tasks.4.after.1"]?.contains("twice") == true)
    for place in 2...5 { #expect(issues["job.tasks.4.after.\(place)"] != nil) }
    #expect(issues["job.tasks.4.range"]?.contains("\"5\" is the one number 5") == true)
    #expect(issues["job.tasks.5"] != nil)
  }

  @Test(arguments: [
    (#""range": "0-1000000000000""#, "range", "1000000000001 numbers; a job has at most 1000000 tasks"),
    (#""range": "1-9223372036854775807""#, "range", "no number"),
    (#""range": "0-9007199254740992,0-9007199254740992""#, "range", "9007199254740993 numbers"),
    (#""range": """#, "range", "no number"), (#""range": "1-""#, "range", "no number"),
    (#""range": "3-1""#, "range", "ends before"), (#""range": "1-9:0""#, "range", "step of 0"),
    (#""range": "1,,2""#, "range", "no number"), (#""range": "1:2""#, "range", "no number"),
    (#""range": "-3""#, "range", "no number"),
    (#""range": "1-5,3""#, "range", "3 stands in it twice"), (#""range": "0-10:2,6""#, "range", "6 stands"),
    (#""rows": {}"#, "rows.columns", "missing"),
    (#""rows": {"columns": ["a"], "values": []}"#, "rows.values", "no rows"),
    (#""rows": {"columns": [], "values": [[]]}"#, "rows.columns", "no columns"),
    (#""matrix": {}"#, "matrix", "no axes"), (#""matrix": []"#, "matrix", "give an object"),
  ])
  func `What members can't differ in is refused with its limit`(_ key: String, _ path: String, _ words: String) throws {
    let found = try issues(#"{"tasks": [{"name": "a", "command": "x", "requested_resources": {}, \#(key)}]}"#)
    #expect(found["tasks.0.\(path)"]?.contains(words) == true, "\(found)")
  }

  @Test func `A matrix of a thousand million combinations is refused, and so is a sum of many families`() throws {
    let thousand = "[" + (0..<1000).map { "\"\($0)\"" }.joined(separator: ",") + "]"
    let matrix = #"{"tasks": [{"name": "a", "matrix": {"x": \#(thousand), "y": \#(thousand), "z": \#(thousand)}}]}"#
    #expect(try issues(matrix)["tasks.0.matrix"] == "1000000000 combinations; a job has at most 1000000 tasks")
    let axes = (0..<9).map { "\"a\($0)\": \(thousand)" }.joined(separator: ",")
    #expect(
      try issues(#"{"tasks": [{"matrix": {\#(axes)}}]}"#)["tasks.0.matrix"]?.contains("more combinations") == true)
    let sum = #"{"tasks": [{"name": "a", "range": "1-600000"}, {"name": "b", "range": "1-600000"}]}"#
    #expect(try issues(sum) == ["tasks": "1200000 tasks in all; a job has at most 1000000"])
  }

  @Test func `Numbers of ranges that lie across each other without meeting are taken, in the order written`() throws {
    let request = try read(#"{"tasks": [{"range": "1-5:2, 0-4:2,9,7,8,10-11"}]}"#)
    let parameters = try #require(request.families[0].parameters)
    #expect((0..<(parameters.count ?? 0)).map { parameters.index(at: $0) } == [1, 3, 5, 0, 2, 4, 9, 7, 8, 10, 11])
    guard case .range(let spans) = parameters else { return #expect(Bool(false)) }
    #expect(spans.count == 5)
  }

  @Test func `A brace that is a letter away from a parameter gets a remark, another stays a text`() throws {
    let request = try read(
      #"""
      {"tasks": [{"command": "fit {lrr} {LR} {lr} ${HOME} {print}", "requested_resources": {}, "stdout_path": "{l}.txt",
       "matrix": {"lr": ["1"]}}, {"command": "echo {lrr}", "requested_resources": {}}]}
      """#)
    #expect(
      request.remarks == [
        "tasks.0.command: {lrr} is no parameter and stays as it is; did you mean {lr}?",
        "tasks.0.command: {LR} is no parameter and stays as it is; did you mean {lr}?",
        "tasks.0.stdout_path: {l} is no parameter and stays as it is; did you mean {lr}?",
      ])
  }

  @Test func `A job is told what a list of tasks is, and names have their limits`() throws {
    #expect(try issues("[]").keys.sorted() == ["body"])
    #expect(try issues("{}").keys.sorted() == ["tasks"])
    #expect(try issues(#"{"tasks": []}"#)["tasks"]?.contains("empty") == true)
    #expect(try issues(#"{"tasks": {}, "resume": 0, "defaults": 3}"#).keys.sorted() == ["defaults", "resume", "tasks"])
    #expect(try issues(#"{"name": "a/b", "tasks": [{}]}"#)["name"]?.contains("/") == true)
    #expect(try issues(#"{"name": "", "tasks": [{}]}"#)["name"] != nil)
    let long = String(repeating: "é", count: 128)
    #expect(try read(#"{"name": "\#(long)", "tasks": [{}]}"#).name == long)
    #expect(try issues(#"{"name": "\#(long)x", "tasks": [{}]}"#)["name"] != nil)
    let defaults = try issues(#"{"defaults": {"name": "a", "range": "1-2", "labels": 3, "x": 1}, "tasks": [{}]}"#)
    #expect(defaults.keys.sorted() == ["defaults.labels", "defaults.name", "defaults.range", "defaults.x"])
  }

  @Test func `What defaults and a family say together keeps the limits of both`() throws {
    let labels = { (first: Int) in "{" + (first..<first + 20).map { "\"l\($0)\": \"x\"" }.joined(separator: ",") + "}" }
    let found = try issues(
      #"{"defaults": {"labels": \#(labels(0))}, "tasks": [{"labels": \#(labels(10))}, {"labels": \#(labels(20))}]}"#)
    #expect(found == ["tasks.1.labels": "40 members with those of defaults; give at most 32"])
  }

  @Test func `Too many values of one task are refused`() throws {
    let long = String(repeating: "x", count: 40_000)
    let found = try issues(
      #"{"tasks": [{"matrix": {"a": ["\#(long)"], "b": ["\#(long)", ""]}}, {"rows": {"columns": ["a", "b"], "values": [["\#(long)", ""], ["\#(long)", "\#(long)"]]}}]}"#
    )
    #expect(found.keys.sorted() == ["tasks.0.matrix", "tasks.1.rows.values.1"])
  }
}
