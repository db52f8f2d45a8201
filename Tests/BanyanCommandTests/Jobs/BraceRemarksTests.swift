import BanyanCore
import Testing

@testable import banyan

@Suite struct BraceRemarksTests {
  private func remarks(_ words: [String], _ parameters: FamilyParameters? = nil, isScript: Bool = false) -> [String] {
    var form = TaskForm()
    form.work = .program(words)
    form.parameters = parameters
    form.isScript = isScript
    return BraceRemarks.remarks(on: [form])
  }

  private static let axes = FamilyParameters.matrix([ParameterAxis(name: "i", values: ["1"])])

  @Test func aBraceOfNoParameterIsTold() {
    #expect(remarks(["x", "{j} {i}"], Self.axes) == ["{j} is no parameter and stays as it is; its parameters are {i}"])
    #expect(remarks(["{1}", "{.}"]).count == 2)
    #expect(remarks(["{}"], Self.axes).count == 1)
    #expect(remarks(["{1}{1}", "{1}"]).count == 1, "each once")
  }

  @Test func whatIsAShellsOrAnotherProgramsIsNot() {
    #expect(remarks(["${j}", "{i}", "{print}", "{ x }"], Self.axes) == [])
    #expect(remarks(["{j}", "{}"]) == [], "without parameters a word in braces is nobody's")
    #expect(remarks(["{1}"], isScript: true) == [])
  }
}
