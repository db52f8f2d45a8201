import BanyanCore
import NIOPosix
import Synchronization
import Testing

@testable import BanyanServer

@Suite(.timeLimit(.minutes(2))) struct ForecasterTests {
  private static func forecaster(_ bench: QueueBench, asked: Counter = Counter()) -> Forecaster {
    Forecaster(clock: bench.clock, loop: MultiThreadedEventLoopGroup.singleton.next()) { [queue = bench.queue] in
      asked.count()
      return await queue.forecastSource()
    }
  }

  private final class Counter: Sendable {
    private let number = Mutex(0)
    var value: Int { number.withLock { $0 } }
    func count() { number.withLock { $0 += 1 } }
  }

  @Test func oneIsMadeInFiveSecondsHoweverManyAsk() async throws {
    let bench = await QueueBench()
    _ = await bench.worker()
    let asked = Counter()
    let forecaster = Self.forecaster(bench, asked: asked)
    let task = try await bench.submit(QueueBench.draft { $0.estimatedRuntime = 60_000 })[0]
    await withTaskGroup(of: Forecast.self) { group in
      for _ in 0..<20 { group.addTask { await forecaster.latest() } }
      for await forecast in group { #expect(forecast.tasks[task] != nil) }
    }
    #expect(asked.value == 1)
    await bench.clock.advance(4_999)
    _ = await forecaster.latest()
    #expect(asked.value == 1)
    await bench.clock.advance(1)
    _ = await forecaster.latest()
    #expect(asked.value == 2)
  }

  @Test func claimsThatWaitTellWhatAMachineCanGive() async throws {
    let bench = await QueueBench()
    let socket = await bench.worker()
    let worker = await socket.worker.take()
    let forecaster = Self.forecaster(bench)
    // Of four cores it can give one.
    let limit = ResourceOffer(memoryBytes: 8 << 30, cores: 1)
    bench.queue.post(
      [.init(tag: 2, request: .waitingClaim(Claim(worker: worker, resources: limit, max: 8)))], from: socket)
    let task = try await bench.submit(
      QueueBench.draft {
        $0.estimatedRuntime = 60_000
        $0.resources?.coreCount = 2
      })[0]
    #expect(await forecaster.latest().tasks[task] == nil)
  }
}
