import BanyanStore
import Foundation
import StoreTestSupport
import TestSupport
import Testing

@Suite struct RotatedFileTests {
  private static func file(_ files: MemoryFiles, maxLength: Int = 1 << 20) -> RotatedFile {
    RotatedFile(folder: "/data", name: "audit", maxLength: maxLength, files: files)
  }

  private static func lines(_ file: [UInt8]?) -> [String] {
    String(decoding: file ?? [], as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).map(
      String.init)
  }

  private static func line(_ number: Int) -> [UInt8] {
    Array("line \(number) \(String(repeating: "x", count: number % 40))\n".utf8)
  }

  @Test func `Lines follow each other; a long file is moved aside, in the place of the one before`() throws {
    let files = MemoryFiles()
    let file = Self.file(files, maxLength: 30)
    for number in 10..<16 { try file.append(Array("number \(number)\n".utf8)) }
    #expect(Self.lines(files["/data/audit.1.jsonl"]) == ["number 13", "number 14", "number 15", ""])
    #expect(files["/data/audit.jsonl"] == nil)
    try file.append(Array("number 16\n".utf8))
    #expect(Self.lines(files["/data/audit.jsonl"]) == ["number 16", ""])
    #expect(files.names == ["/data/audit.1.jsonl", "/data/audit.jsonl"])
  }

  @Test func `A new file has its name after a power loss, and one that was moved aside all that it held`() throws {
    var random = SystemRandomNumberGenerator()
    let files = MemoryFiles()
    let file = Self.file(files, maxLength: 30)
    try file.append(Array("number 1\n".utf8))
    #expect(Self.lines(files.afterPowerLoss(using: &random)["/data/audit.jsonl"]) == ["number 1", ""])
    for number in 2...4 { try file.append(Array("number \(number)\n".utf8)) }
    let after = files.afterPowerLoss(using: &random)
    #expect(Self.lines(after["/data/audit.1.jsonl"]) == ["number 1", "number 2", "number 3", "number 4", ""])
  }

  @Test func `A line that was cut short goes before the next ones come`() throws {
    for torn in ["torn", String(repeating: "t", count: 200_000), "\u{0}\u{0}\u{0}"] {
      for whole in ["", "one\n", "one\ntwo\n"] {
        let files = MemoryFiles()
        files["/data/audit.jsonl"] = Array((whole + torn).utf8)
        try Self.file(files).append(Array("next\n".utf8))
        #expect(String(decoding: files["/data/audit.jsonl"] ?? [], as: UTF8.self) == whole + "next\n")
      }
    }
  }

  /// Every call of some appends fails in turn. What is there are whole lines in their order: every one whose append
  /// returned, and of the one that failed none, or all.
  @Test(arguments: [FileError.Reason.full, .other], [false, true])
  func `Whatever fails, nothing is half written`(reason: FileError.Reason, lasts: Bool) throws {
    func run(_ files: MemoryFiles) -> (done: [Int], failed: [Int]) {
      var (done, failed): ([Int], [Int]) = ([], [])
      for number in 0..<12 {
        do throws(FileError) {
          try Self.file(files, maxLength: 150).append(Self.line(number))
          done.append(number)
        } catch {
          #expect(error.path.hasPrefix("/data") && error.reason == reason)
          failed.append(number)
        }
      }
      return (done, failed)
    }
    let whole = MemoryFiles()
    #expect(run(whole).failed.isEmpty)
    #expect(whole.calls > 50)
    for call in 1...whole.calls {
      let files = MemoryFiles()
      files.inject(.init(call: call, reason: reason, lasts: lasts))
      var (done, failed) = run(files)
      #expect(lasts ? !failed.isEmpty : failed.count == 1, "call \(call)")
      // The disk is well again: the next line cuts what is torn, as after a kill.
      let after = files.afterKill()
      try Self.file(after).append(Self.line(99))
      done.append(99)
      let text = (after["/data/audit.1.jsonl"] ?? []) + (after["/data/audit.jsonl"] ?? [])
      let found = Self.lines(text)
      #expect(found.last == "")
      let numbers = found.dropLast().compactMap { line in
        line.split(separator: " ").dropFirst().first.flatMap { Int($0) }
      }
      #expect(text == numbers.flatMap(Self.line), "call \(call)")
      #expect(numbers == numbers.sorted() && Set(numbers).count == numbers.count)
      // Files that were moved aside twice are gone; of what is there nothing is missing.
      let missing = done.filter { !numbers.contains($0) }
      #expect(missing.allSatisfy { $0 < numbers.first ?? 0 }, "call \(call): \(missing)")
      #expect(numbers.allSatisfy { done.contains($0) || failed.contains($0) })
    }
  }

  @Test func `On this machine's files it is for its owner alone, and no link is followed`() throws {
    let folder = TestFolder()
    let file = RotatedFile(folder: folder.path, name: "audit", maxLength: 20)
    for number in 10..<15 { try file.append(Array("number \(number)\n".utf8)) }
    #expect(try String(contentsOfFile: folder("audit.1.jsonl"), encoding: .utf8) == "number 12\nnumber 13\n")
    #expect(try String(contentsOfFile: folder("audit.jsonl"), encoding: .utf8) == "number 14\n")
    try "number 14\ntorn".write(toFile: folder("audit.jsonl"), atomically: false, encoding: .utf8)
    try file.append(Array("a\n".utf8))
    #expect(try String(contentsOfFile: folder("audit.jsonl"), encoding: .utf8) == "number 14\na\n")
    let mode = try FileManager.default.attributesOfItem(atPath: folder("audit.jsonl"))[.posixPermissions] as? Int
    #expect(mode == 0o600)
    try FileManager.default.removeItem(atPath: folder("audit.jsonl"))
    try FileManager.default.createSymbolicLink(atPath: folder("audit.jsonl"), withDestinationPath: folder("elsewhere"))
    #expect(throws: FileError.self) { try file.append(Array("b\n".utf8)) }
    #expect(!FileManager.default.fileExists(atPath: folder("elsewhere")))
  }
}
