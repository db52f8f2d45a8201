import Testing

@testable import banyan

@Suite struct EachLineTests {
  private func form(_ work: TaskForm.Work, name: String? = nil) -> TaskForm {
    var form = TaskForm()
    form.work = work
    form.name = name
    form.environment = ["A": "1"]
    return form
  }

  @Test func aLineIsTheLastArgumentAndAnObjectTheEnvironment() throws {
    let forms = try EachLine.forms(
      of: form(.program(["echo", "-n"]), name: "e"),
      lines: ["a  b", "", "{\"A\": \"x\", \"B\": 2, \"C\": [1]}", "-x\r"])
    #expect(
      forms.map { $0.document["arguments"] } == [["echo", "-n", "a  b"], ["echo", "-n"], ["echo", "-n", "-x\r"]])
    #expect(forms[1].environment == ["A": "x", "B": "2", "C": "[1]"])
    #expect(forms.map(\.name) == ["e[1]", "e[3]", "e[4]"])
    #expect(forms.map { $0.array?.index } == [1, 3, 4])
  }

  @Test func aShellLineGetsItAsItsFirstParameter() throws {
    let forms = try EachLine.forms(of: form(.shell("wc -l \"$1\"")), lines: ["my file"])
    #expect(forms[0].document["arguments"] == ["/bin/sh", "-c", "wc -l \"$1\"", "sh", "my file"])
  }

  @Test func anObjectThatIsNoneIsToldWithItsLine() throws {
    let error = try #require(throws: UsageError.self) {
      try EachLine.forms(of: form(.program(["x"])), lines: ["ok", "{\"A\": "])
    }
    #expect(error.description.hasPrefix("--each: line 2 "))
  }
}
