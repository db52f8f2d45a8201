import BanyanJSON
import Testing

@testable import banyan

@Suite struct CSVRowsTests {
  @Test func aColumnAMemberInTheOrderInWhichTheyCome() {
    let items: [JSON] = [
      ["a": 1, "counts": ["x": 2, "y": 0.5]], ["a": "1,\"2\"\n", "b": [1, "z"], "counts": ["x": nil], "c": true],
    ]
    #expect(
      CSVRows.lines(of: items) == [
        "a,counts.x,counts.y,b,c", "1,2,0.5,,", "\"1,\"\"2\"\"\n\",,,\"[1,\"\"z\"\"]\",true",
      ])
    #expect(CSVRows.lines(of: []).isEmpty)
  }
}
