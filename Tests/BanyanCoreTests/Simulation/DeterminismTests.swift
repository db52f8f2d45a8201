import Foundation
import Simulation
import Testing

/// Same commands, same times, same events, whatever the process: each has hash seeds of its own, so that whatever hangs
/// on the order of a dictionary shows.
@Suite struct DeterminismTests {
  @Test func twoProcessesTellTheSame() throws {
    let one = try digests(1...25)
    let two = try digests(1...25)
    #expect(one.count == 25)
    #expect(Set(one).count == one.count)
    #expect(one == two)
    #expect(one.last == "25 \(Digest.of(seed: 25, steps: 160))")
  }

  /// What another process says of these seeds.
  private func digests(_ seeds: ClosedRange<Int>) throws -> [String] {
    let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    let process = Process()
    process.executableURL = folder.appendingPathComponent("banyan-simulation")
    process.arguments = ["digest", "\(seeds.lowerBound)", "\(seeds.upperBound)"]
    process.environment = ProcessInfo.processInfo.environment.filter { $0.key != "SWIFT_DETERMINISTIC_HASHING" }
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}
