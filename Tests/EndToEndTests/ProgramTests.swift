import Foundation
import Testing

/// What drives the binaries may not use itself up: a run starts thousands of programs in one process, and what starts
/// programs in Foundation reads beyond its memory once the process has some 1,350 descriptors open.
@Suite struct ProgramTests {
  @Test func endedProgramsHoldNoDescriptors() throws {
    let site = try Site()
    _ = try site.run("/bin/cat", [], input: "once")
    let before = try openDescriptors()
    for number in 0..<40 {
      let result = try site.run("/bin/cat", [], input: "\(number)")
      #expect(result.output == "\(number)")
    }
    #expect(throws: (any Error).self) { try site.run("/nowhere/at/all", []) }
    // What the run time opens by itself meanwhile is a handful.
    #expect(try openDescriptors() < before + 20)
  }

  private func openDescriptors() throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
  }
}
