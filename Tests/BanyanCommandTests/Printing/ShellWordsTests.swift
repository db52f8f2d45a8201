import Foundation
import Testing

@testable import banyan

@Suite struct ShellWordsTests {
  static let words = [
    "", "plain", "$HOME", "*", "\"", "'", "-n", "a\nb", "a  b", "\\", "it's", "é🌳", "a=b", "~", "#x", "'\u{301}", "!",
    "`x`", "\t", "{a,b}", ";", "&&",
  ]

  /// What is shown can be pasted back: a shell reads the same words out of it.
  @Test func aShellReadsTheSameWords() throws {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", "printf '%s\\0' " + ShellWords.line(Self.words)]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let printed = try #require(try pipe.fileHandleForReading.readToEnd())
    process.waitUntilExit()
    #expect(printed == Data(Self.words.map { $0 + "\0" }.joined().utf8))
  }

  @Test func whatIsPlainStaysPlain() {
    #expect(ShellWords.line(["make", "-j2", "CC=gcc", "./a_b.txt"]) == "make -j2 CC=gcc ./a_b.txt")
  }
}
