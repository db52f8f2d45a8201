import BanyanJSON
import Testing

@testable import banyan

@Suite struct SharedFieldsTests {
  private func families(_ count: Int) -> [JSONObject] {
    (0..<count).map { number in
      [
        "name": .string("t\(number)"), "command": "true", "queue": "night", "priority": .integer(Int64(number % 2)),
        "environment": ["PATH": "/bin", "N": .string("\(number)")], "after": ["t0"], "working_directory": "/srv",
      ]
    }
  }

  @Test func whatIsAlikeIsSaidOnceAndNothingElse() {
    var rest = families(200)
    let shared = SharedFields.taken(from: &rest)
    #expect(
      Self.sorted(shared)
        == Self.sorted(["queue": "night", "environment": ["PATH": "/bin"], "working_directory": "/srv"]))
    let left: JSONObject = ["name": "t1", "command": "true", "priority": 1, "environment": ["N": "1"], "after": ["t0"]]
    #expect(Self.sorted(rest[1]) == Self.sorted(left))
  }

  /// The law: with the defaults put back, every family is what it was.
  @Test func withTheDefaultsItIsWhatItWas() {
    for hole in [nil, 0, 57] as [Int?] {
      var families = families(150)
      if let hole { families[hole]["environment"] = nil }
      var rest = families
      let shared = SharedFields.taken(from: &rest)
      for (before, after) in zip(families, rest) {
        var whole = after
        for (key, value) in shared {
          if key == "environment" {
            var environment = value.object ?? [:]
            for (name, text) in after[key]?.object ?? [:] { environment[name] = text }
            whole[key] = .object(environment)
          } else {
            whole[key] = whole[key] ?? value
          }
        }
        #expect(Self.sorted(whole) == Self.sorted(before))
      }
    }
  }

  @Test func aHandfulStaysAsItWasWritten() {
    var few = families(5)
    #expect(SharedFields.taken(from: &few).isEmpty)
    #expect(few == families(5))
  }

  private static func sorted(_ object: JSONObject) -> String { JSON.object(object).encodedString(sortedKeys: true) }
}
