import BanyanJSON
import Testing

@testable import banyan

@Suite struct EachFileTests {
  private func document(_ text: String, _ path: String = "f", _ work: TaskForm.Work = .program(["echo", "-n"])) throws
    -> JSONObject
  {
    var form = TaskForm()
    form.work = work
    form.environment = ["A": "1"]
    try EachFile(text: text, path: path).spread(&form)
    return form.document
  }

  @Test func aLineIsTheLastArgument() throws {
    let task = try document("a  b\n\n-x\r\n{\n")
    #expect(task["arguments"] == ["echo", "-n", "{line}"])
    #expect(task["rows"] == ["columns": ["line"], "values": [["a  b"], ["-x\r"], ["{"]]])
    #expect(task["environment"] == ["A": "1"])
  }

  @Test func orItStandsWhereItsPlaceIs() throws {
    let task = try document("a\n", "f", .program(["cp", "in/{}", "out-{}", "{other}"]))
    #expect(task["arguments"] == ["cp", "in/{line}", "out-{line}", "{other}"])
  }

  @Test func aShellLineGetsItAsItsFirstParameter() throws {
    let task = try document("my file", "f", .shell("find {} | wc -l \"$1\""))
    #expect(task["arguments"] == ["/bin/sh", "-c", "find {} | wc -l \"$1\"", "sh", "{line}"])
  }

  @Test func objectsGiveParametersAndVariablesAsTheyWereWritten() throws {
    let task = try document(
      """
      {"A": "x", "B": 1e-3, "C": [1, {"d": "},"}]}
       
      {"C": null, "B": 0.10, "A": "\\u00e9\\"" }
      """.replacing("\n \n", with: "\n\n"))
    #expect(
      task["rows"] == [
        "columns": ["A", "B", "C"],
        "values": [
          ["x", "1e-3", "[1, {\"d\": \"},\"}]"], ["\u{e9}\"", "0.10", "null"],
        ],
      ])
    #expect(task["environment"] == ["A": "{A}", "B": "{B}", "C": "{C}"])
    #expect(task["arguments"] == ["echo", "-n"])
  }

  @Test func tablesGiveParametersByTheirHeader() throws {
    let csv = "\u{FEFF}step,note\r\n0.10,\"a, \"\"b\"\"\nc\"\r\n\r\n08,\n"
    #expect(
      try document(csv, "t.CSV")["rows"] == [
        "columns": ["step", "note"], "values": [["0.10", "a, \"b\"\nc"], ["08", ""]],
      ])
    #expect(
      try document("step\tnote\r\n1\t\"x\"\r\n", "t.tsv")["rows"] == [
        "columns": ["step", "note"], "values": [["1", "\"x\""]],
      ])
    #expect(try document("step\n1\n", "t.csv")["arguments"] == ["echo", "-n"])
  }

  @Test(arguments: [
    ("ok", "{\"A\": 1}\nplain", "line 2"), ("f", "{\"A\": ", "line 1 "),
    ("f", "{\"A\": 1}\n{\"B\": 1}", "line 2 has 'B'"),
    ("f", "{\"A\": 1, \"B\": 2}\n{\"A\": 1}", "line 2 has no 'B'"), ("f", "{}", "line 1"),
    ("f", "{\"a-b\": 1}", "'a-b'"), ("t.csv", "a,b\n1\n", "line 2 has 1 values"), ("t.csv", "a,a\n", "'a'"),
    ("t.csv", "a,\n", "column 2"), ("t.csv", "", "no line"), ("t.csv", "a\n\"1\n", "has no end"),
    ("t.csv", "a\n\"1\"2\n", "line 2: something stands behind"), ("f", "a\u{0}b", "zero byte"),
    ("t.tsv", "a\tb\n1\t2\t3\n", "line 2 has 3 values"),
  ])
  func aMistakeIsToldWithItsPlace(path: String, text: String, told: String) throws {
    let error = try #require(throws: UsageError.self) { try EachFile(text: text, path: path) }
    #expect(error.description.hasPrefix("--each: ") && error.description.contains(told), "\(error)")
  }
}
