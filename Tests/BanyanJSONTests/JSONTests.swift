import BanyanJSON
import Testing

@Suite struct JSONTests {
  @Test func accessorsAnswerOnlyForTheirOwnKind() {
    let values: [JSON] = [nil, true, 7, 7.0, "7", [7], ["seven": 7]]
    #expect(values.map { $0.isNull } == [true, false, false, false, false, false, false])
    #expect(values.map { $0.bool } == [nil, true, nil, nil, nil, nil, nil])
    #expect(values.map { $0.integer } == [nil, nil, 7, nil, nil, nil, nil])
    #expect(values.map { $0.double } == [nil, nil, 7, 7, nil, nil, nil])
    #expect(values.map { $0.string } == [nil, nil, nil, nil, "7", nil, nil])
    #expect(values.map { $0.array } == [nil, nil, nil, nil, nil, [7], nil])
    #expect(values.map { $0.object } == [nil, nil, nil, nil, nil, nil, ["seven": 7]])
    #expect(
      values.map(\.kindName) == [
        "null", "a boolean", "an integer", "a real number", "a string", "a list", "an object",
      ])
  }

  @Test func subscriptsReachInside() {
    let value: JSON = ["list": [1, ["deep": true]]]
    #expect(value["list"]?[1]?["deep"] == true)
    #expect(value["none"] == nil)
    #expect(value["list"]?[2] == nil)
    #expect(value["list"]?[-1] == nil)
    #expect(value[0] == nil)
  }

  @Test func lastOfEqualKeysInALiteralStays() {
    let value: JSON = ["a": 1, "b": 2, "a": 3]
    #expect(value.description == #"{"a":3,"b":2}"#)
  }
}
