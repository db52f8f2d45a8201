import BanyanCore
import Testing

@testable import BanyanWire

/// How watchers are told of what ties families together: as what it is, never as something other.
@Suite struct EventMessageTests {
  private static let tie = TaskID(seconds: 9, rest: 1)

  private func kind(_ event: Event) -> String {
    EventMessage(subscription: nil, sequence: 1, time: 0, event).kind
  }

  @Test func tiesAreToldAsTies() {
    let parents = (1...3).map { TaskID(seconds: 1, rest: $0) }
    let made = EventMessage(
      subscription: nil, sequence: 1, time: 0,
      .tieMade(Self.tie, JobNumber(7), parents: parents, members: [2...5, 9...9]))
    #expect(made.kind == "tied")
    #expect(made.text("members") == "2-5,9")
    #expect(made.detail.first { $0.name == "count" }?.value == .integer(3))
    #expect(made.detail.first { $0.name == "job" }?.value == .integer(7))
    #expect(kind(.tiePassed(Self.tie)) == "tie_passed")
    #expect(kind(.tieCut(Self.tie, cause: .words("cancelled by ann"))) == "tie_cut")
    #expect(kind(.serverStarted(epoch: 2)) == "other")
  }
}
