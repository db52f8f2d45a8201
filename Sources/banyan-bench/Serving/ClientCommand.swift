import Foundation

/// The `banyan` command as a person starts it, with an access folder of its own.
struct ClientCommand {
  let binary: String
  let home: String
  /// The PATH that travels with each task, as long as some people's is.
  var path = Self.longPath

  /// 4 KB.
  static let longPath = "/usr/bin:/bin" + (0..<200).map { ":/opt/tools-\(1000 + $0)/bin" }.joined()

  /// Runs it to its end.
  /// - Parameter server: the address; nil: that of the access folder.
  /// - Returns: how long it took, in seconds.
  func run(_ arguments: [String], server: String? = nil) throws -> Double {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: binary)
    process.arguments = arguments
    var environment = ProcessInfo.processInfo.environment
    environment["BANYAN_HOME"] = home
    environment["BANYAN_SERVER"] = server
    environment["BANYAN_TOKEN"] = nil
    environment["PATH"] = path
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    let errors = Pipe()
    process.standardError = errors
    // `waitUntilExit` looks every 50 ms.
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    let watch = Stopwatch()
    try process.run()
    let words = errors.fileHandleForReading.readDataToEndOfFile()
    ended.wait()
    let seconds = watch.seconds
    guard process.terminationStatus == 0 else {
      throw Refused(text: "banyan \(arguments.joined(separator: " ")): \(String(decoding: words, as: UTF8.self))")
    }
    return seconds
  }

  /// Submits an array of so many tasks.
  func submitArray(_ count: Int, server: String? = nil) throws -> Double {
    try run(["submit", "--array", "1-\(count)", "--", "true"], server: server)
  }
}
