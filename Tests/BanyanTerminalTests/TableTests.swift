import Testing

@testable import BanyanTerminal

@Suite struct TableTests {
  private func table(rows: Int, longest: Int) -> Table {
    var table = Table([
      .init(title: "ID"), .init(title: "NAME", minWidth: 12, importance: 5), .init(title: "STATE"),
      .init(title: "WHY", minWidth: 12, importance: 6), .init(title: "OWNER", minWidth: 5, importance: 2),
      .init(title: "N", isRight: true, importance: 1), .init(title: "COMMAND", minWidth: 12, importance: 4),
    ])
    for row in 0..<rows {
      let text = String(repeating: row % 2 == 0 ? "漢x" : "word ", count: row * longest / max(rows, 1) / 3)
      table.rows.append([
        "6b066112", Table.Cell(text), Table.Cell("running", .busy), Table.Cell(text + "\t\u{1B}[2J"), "admin",
        "\(row)", Table.Cell(text + text),
      ])
    }
    return table
  }

  /// Whatever the width, no line is wider, nothing wraps, and what can't go stays.
  @Test func itFitsEveryWidth() {
    for longest in [0, 5, 40, 300] {
      let table = table(rows: 7, longest: longest)
      for width in 40...400 {
        let lines = table.lines(width: width, hasColour: false)
        #expect(lines.count == 8)
        for line in lines {
          #expect(DisplayWidth.of(line) <= width, "\(width): \(line)")
          #expect(!line.unicodeScalars.contains { $0.properties.generalCategory == .control })
        }
        #expect(lines[0].hasPrefix("ID"))
        #expect(lines[0].contains("STATE"))
        #expect(lines[1].contains("running"))
      }
    }
  }

  @Test func columnsStandUnderTheirTitles() {
    var table = Table([.init(title: "A"), .init(title: "NUMBER", isRight: true), .init(title: "B")])
    table.rows = [["漢字", "5", "x"], ["a", "12345678", "y"]]
    #expect(table.lines(width: 80, hasColour: false) == ["A       NUMBER  B", "漢字         5  x", "a     12345678  y"])
  }

  @Test func theLeastImportantColumnGoesFirst() {
    var table = Table([
      .init(title: "ID"), .init(title: "MUCH", importance: 2), .init(title: "LITTLE", importance: 1),
    ])
    table.rows = [["123456", "0123456789012345", "0123456789012345678"]]
    #expect(table.lines(width: 40, hasColour: false)[0] == "ID      MUCH")
    #expect(table.lines(width: 20, hasColour: false)[0] == "ID")
  }

  @Test func coloursAreAroundCellsAndOnlyWhereTheyMay() {
    var table = Table([.init(title: "A")])
    table.rows = [[Table.Cell("x\u{1B}[31m", .bad)]]
    #expect(table.lines(width: 80, hasColour: false)[1] == "x\\u{1b}[31m")
    #expect(table.lines(width: 80, hasColour: true)[1] == "\u{1B}[31mx\\u{1b}[31m\u{1B}[0m")
  }

  @Test func columnsThatSayNothingAreLeftOut() {
    var table = Table([.init(title: "A"), .init(title: "B"), .init(title: "C")])
    table.rows = [["1", "", "3"], ["4", ""]]
    table.removeEmptyColumns()
    #expect(table.lines(width: 40, hasColour: false) == ["A  C", "1  3", "4  "])
    var none = Table([.init(title: "A")])
    none.removeEmptyColumns()
    #expect(none.lines(width: 40, hasColour: false) == ["A"])
  }
}
