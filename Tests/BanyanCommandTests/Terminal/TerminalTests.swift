import BanyanCore
import Testing

@testable import banyan

@Suite struct TerminalTests {
  private func terminal(
    _ environment: TextMap = [:], colour: Terminal.Colour = .auto, isTerminal: Bool = true, size: Int? = 120
  ) -> Terminal {
    Terminal(
      environment: environment, colour: colour, isOutputTerminal: isTerminal, isErrorTerminal: isTerminal, size: size)
  }

  @Test func colourOnlyOnATerminalThatTakesIt() {
    #expect(terminal().hasColour)
    #expect(!terminal(isTerminal: false).hasColour)
    #expect(!terminal(["NO_COLOR": "1"]).hasColour)
    #expect(terminal(["NO_COLOR": ""]).hasColour)
    #expect(!terminal(["TERM": "dumb"]).hasColour)
    #expect(!terminal(["TERM": "dumb"]).showsProgress)
    #expect(terminal(colour: .always, isTerminal: false).hasColour)
    #expect(!terminal(colour: .never).hasColour)
    #expect(!terminal(isTerminal: false).showsProgress)
  }

  @Test func theWidthIsBetween40And400() {
    #expect(terminal().width == 120)
    #expect(terminal(["COLUMNS": "30"]).width == 40)
    #expect(terminal(["COLUMNS": "9999"]).width == 400)
    #expect(terminal(["COLUMNS": "nonsense"], size: nil).width == 80)
    #expect(terminal(["COLUMNS": "-5"]).width == 120)
    #expect(terminal(isTerminal: false, size: nil).width == 400)
    #expect(terminal(["COLUMNS": "100"], isTerminal: false, size: nil).width == 100)
  }
}
