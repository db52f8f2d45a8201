import Foundation

/// This program once more, for a measurement that needs a fresh process.
enum OwnProcess {
  /// Why it told no number.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Runs it and reads the one number that it prints.
  static func number(_ arguments: [String]) throws -> Double {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
    if let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
      process.executableURL = URL(fileURLWithPath: path)
    }
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0, let number = Double(text.split(separator: "\n").last ?? "") else {
      throw Failure(
        description: "\(arguments.joined(separator: " ")) ended with \(process.terminationStatus) and said: \(text)")
    }
    return number
  }
}
