import BanyanCore
import BanyanJSON
import TestSupport
import Testing

@testable import BanyanWire

/// Members of a family share the text of what they say alike. Whatever varies, and in whatever order families come, each
/// document is the one that it would be alone.
@Suite struct TaskDocumentWriterTests {
  /// Fields of which the texts with a placeholder are those of the set.
  private static func fields(_ varying: FamilyVariation, isProgram: Bool) -> TaskFields {
    func text(_ plain: String, _ part: FamilyVariation) -> String {
      varying.contains(part) ? "\(plain) {lr} {{index}" : plain
    }
    var fields = TaskFields()
    fields.name = "fit"
    fields.work = isProgram ? .program(["fit", text("--lr", .work)]) : .shell(text("fit", .work))
    fields.resources = ResourceRequest()
    fields.environment = ["A": text("a", .environment), "B": "b"]
    fields.labels = ["kind": text("k", .labels)]
    fields.workingDirectory = text("/srv", .workingDirectory)
    fields.stdoutPath = text("out.%m", .streamPaths)
    fields.stderrPath = "err"
    fields.maxRuntime = 60_000
    fields.priority = 7
    return fields
  }

  private static func family(_ varying: FamilyVariation, isProgram: Bool, hasParameters: Bool) -> Family {
    var fields = Self.fields(varying, isProgram: isProgram)
    if hasParameters { fields.array = ArrayPlace(name: "fit", index: 1, batch: TaskID(seconds: 5, rest: 5)) }
    return Family(
      name: "fit", firstMember: 1, count: hasParameters ? 9 : 1,
      parameters: hasParameters ? rows : nil,
      spec: TaskSpec(owner: "ann", fields: fields, isTemplate: true), isHeld: false, wantsAvailable: true, after: [],
      numbered: [])
  }

  private static let rows = Parameters.rows(
    columns: ["lr", "index"], values: (1...9).flatMap { ["0.\($0)\"%", "\($0)"] })

  /// A member as a claim tells it, and the same put together.
  private static func member(_ member: UInt32, of family: Family) -> (shared: TaskRecord, whole: TaskRecord) {
    var shared = TaskRecord.sample(UInt64(member))
    shared.family = family
    shared.place = JobPlace(job: JobNumber(12), member: member)
    shared.spec = family.spec
    var whole = shared
    whole.spec = family.spec(of: member, from: family.spec)
    return (shared, whole)
  }

  @Test(arguments: 0..<64 as Range<UInt8>) func `Each document is the one that it would be alone`(_ bits: UInt8) {
    let varying = FamilyVariation(rawValue: bits & 31)
    let families = [
      Self.family(varying, isProgram: bits >= 32, hasParameters: true),
      Self.family([], isProgram: false, hasParameters: true),
      Self.family([], isProgram: true, hasParameters: false),
    ]
    #expect(families[0].spec.variation == varying)
    // Two of each in a row, and each family's turn comes again.
    let members = [(0, 1), (0, 2), (1, 3), (1, 4), (0, 5), (0, 9), (2, 1), (1, 1), (0, 3)].map { family, member in
      Self.member(UInt32(member), of: families[family])
    }
    let options = DocumentOptions(dates: .iso8601)
    var writer = TaskDocumentWriter(options)
    for (shared, whole) in members + [(TaskRecord.sample(77), TaskRecord.sample(77))] {
      let text = JSONText.object { writer.write(shared, to: &$0) }
      #expect(
        String(decoding: text, as: UTF8.self) == String(decoding: TaskDocument.encoded(whole, options), as: UTF8.self))
    }
  }
}
