import Testing

@testable import BanyanWorker

/// What is to end is not begun first.
struct OrderQueueTests {
  private let orders = (0..<3).map { _ in Sample.order(["true"], in: "/f") }

  private func steps(_ queue: inout OrderQueue) -> [OrderQueue.Step] {
    var steps: [OrderQueue.Step] = []
    while let step = queue.popFirst() { steps.append(step) }
    return steps
  }

  @Test func aStartWhoseEndStandsBehindItNeverBegins() {
    var queue = OrderQueue()
    let end = KeeperOrder.end(orders[1].key, graceMilliseconds: 5, cause: .cancelled)
    queue.add(orders.map { .success(.start($0)) } + [.success(end)])
    #expect(
      steps(&queue) == [
        .carryOut(.start(orders[0])), .pass(orders[1], .cancelled), .carryOut(.start(orders[2])), .carryOut(end),
      ])
  }

  @Test func whatComesWhileOthersAreStartedCounts() {
    var queue = OrderQueue()
    queue.add(orders.map { .success(.start($0)) })
    #expect(queue.popFirst() == .carryOut(.start(orders[0])))
    let ends = orders.map { KeeperOrder.end($0.key, graceMilliseconds: 0, cause: .cancelled) }
    queue.add(ends.map { .success($0) })
    #expect(
      steps(&queue) == [.pass(orders[1], .cancelled), .pass(orders[2], .cancelled)] + ends.map { .carryOut($0) })
  }

  /// An end is of what was there before it: an order behind it to start the same anew is another matter.
  @Test func anEndThatWasCarriedOutStopsNothingMore() {
    var queue = OrderQueue()
    let end = KeeperOrder.end(orders[0].key, graceMilliseconds: 0, cause: .released)
    queue.add([.success(end), .success(.start(orders[0])), .failure(KeeperError("what?"))])
    #expect(steps(&queue) == [.carryOut(end), .carryOut(.start(orders[0])), .trouble("what?")])
    #expect(queue.popFirst() == nil)
    queue.add([.success(.forget([orders[0].key]))])
    #expect(steps(&queue) == [.carryOut(.forget([orders[0].key]))])
  }

  @Test func whatNobodyWantsToHearOfStaysSo() {
    var queue = OrderQueue()
    let key = orders[0].key
    queue.add([
      .success(.start(orders[0])), .success(.end(key, graceMilliseconds: 9, cause: .cancelled)),
      .success(.end(key, graceMilliseconds: 0, cause: .refused)),
    ])
    #expect(queue.popFirst() == .pass(orders[0], .refused))
  }
}
