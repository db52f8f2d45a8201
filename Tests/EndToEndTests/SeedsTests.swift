import Foundation
import Testing

/// Every graph in `seeds/` runs to its end, as the README's first command runs one, and leaves what it says.
@Suite(.serialized) struct SeedsTests {
  /// The seed, how many tasks it has, and a line that only sound results print.
  static let seeds = [
    ("hello.yaml", 2, "hello from task"),
    ("fan.yaml", 10, "eight parts add up to 170698668000, the formula says 170698668000"),
    ("pipeline/pipeline.yaml", 18, "2839 readings, mean 3.84"),
    ("sweep.yaml", 17, "step=0.8 rounds=1000"),
  ]

  @Test(arguments: seeds) func aSeedRunsToItsEnd(seed: String, tasks: Int, line: String) throws {
    let site = try Site()
    let result = try site.banyan("run", Site.checkout.appendingPathComponent("seeds/\(seed)").path)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains(line), "\(result.output)")
    #expect(result.output.contains("\(tasks) of \(tasks) tasks succeeded in "), "\(result.output)")
    #expect(result.output.contains("logs: "))
  }

  @Test func noSeedIsLeftOut() throws {
    let folder = Site.checkout.appendingPathComponent("seeds")
    let found = try #require(FileManager.default.enumerator(atPath: folder.path)).compactMap { $0 as? String }
      .filter { $0.hasSuffix(".yaml") }
    #expect(Set(found) == Set(Self.seeds.map(\.0)))
  }

  @Test func aGraphThatFailsEndsWithOneAndSaysWhatFailed() throws {
    let site = try Site()
    let graph = "tasks:\n  bad: {run: exit 3}\n  below: {run: 'true', after: bad}\n"
    try graph.write(toFile: site.path("bad.yaml"), atomically: true, encoding: .utf8)
    let result = try site.banyan("run", site.path("bad.yaml"))
    #expect(result.status == 1)
    #expect(result.output.contains("failure (exit 3)"), "\(result.output)")
  }
}
