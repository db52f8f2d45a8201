import BanyanJSON
import Testing

@Suite struct JSONObjectTests {
  @Test func keepsTheOrderAndThePlaceOfWhatIsSetAgain() {
    var object: JSONObject = ["z": 1, "a": 2]
    object["m"] = 3
    object["z"] = 4
    #expect(object.keys == ["z", "a", "m"])
    #expect(object["z"] == 4)
  }

  @Test func equalityAndHashIgnoreTheOrder() {
    let one: JSONObject = ["a": 1, "b": [2], "c": nil]
    let other: JSONObject = ["c": nil, "b": [2], "a": 1]
    #expect(one == other)
    #expect(one.hashValue == other.hashValue)
    #expect(one != ["a": 1, "b": [2], "d": nil])
    #expect(one != ["a": 1, "b": [2]])
  }

  /// Small objects are searched, large ones indexed: both must agree with a plain model at each size.
  @Test func agreesWithAModelAroundTheSizeOfTheIndex() {
    var random = SeededRandom(seed: 7)
    var object = JSONObject()
    var model: [(String, Int64)] = []
    for step in 0..<2_000 {
      let key = "k\(Int.random(in: 0..<24, using: &random))"
      let place = model.firstIndex { $0.0 == key }
      if Bool.random(using: &random) {
        object[key] = .integer(Int64(step))
        if let place { model[place].1 = Int64(step) } else { model.append((key, Int64(step))) }
      } else {
        object[key] = nil
        if let place { model.remove(at: place) }
      }
      #expect(object.keys == model.map(\.0))
      #expect(object.map { $0.value.integer } == model.map(\.1))
      #expect(model.allSatisfy { object[$0.0]?.integer == $0.1 })
      #expect(object.count == model.count)
      #expect(object.isEmpty == model.isEmpty)
    }
  }

  /// JSON's keys are what they are, byte for byte; few are searched in a row, many through an index.
  @Test(arguments: [0, 30]) func keysInTwoFormsAreTwo(others: Int) {
    let forms = ["caf\u{e9}", "cafe\u{301}"]
    var object = JSONObject()
    for number in 0..<others { object["other \(number)"] = .integer(Int64(number)) }
    for (number, form) in forms.enumerated() { object[form] = .integer(Int64(number)) }
    #expect(object.count == others + 2)
    #expect(forms.map { object[$0] } == [0, 1])
    object[forms[0]] = nil
    #expect(forms.map { object[$0] } == [nil, 1])
    var other = object
    other[forms[1]] = nil
    other[forms[0]] = 1
    #expect(other != object)
  }
}
