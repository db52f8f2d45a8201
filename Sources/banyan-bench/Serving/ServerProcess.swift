import BanyanClient
import Foundation

/// A real `banyan server` in a process of its own, on a folder of its own, for as long as a benchmark runs.
final class ServerProcess {
  /// The address on which it listens.
  let address: ServerAddress
  /// The access folder in which it left the tokens of its first users.
  let access: AccessFolder
  private let process: Process
  private let folder: URL
  /// Held open: a server whose standard output is gone would get EPIPE.
  private let output: Pipe

  /// What keeps it from starting.
  struct StartError: Error, CustomStringConvertible {
    let description: String
  }

  /// Starts it and waits for the first line that it prints, its URL.
  /// - Parameters:
  ///   - binary: the command; nil: the one beside this program.
  ///   - durability: always, interval or none.
  ///   - data: its data folder, which stays; nil: a fresh one.
  init(binary: String?, durability: String, data: String? = nil) throws {
    let manager = FileManager.default
    folder = manager.temporaryDirectory.appendingPathComponent("banyan-bench-\(UUID().uuidString)")
    try manager.createDirectory(at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let path = try binary ?? Self.commandBeside()
    let home = folder.appendingPathComponent("home").path
    process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = [
      "server", "--host", "127.0.0.1", "--port", "0", "--data", data ?? Self.dataFolder(in: folder),
      "--durability", durability,
    ]
    var environment = ProcessInfo.processInfo.environment
    environment["BANYAN_HOME"] = home
    environment["BANYAN_SERVER"] = nil
    environment["BANYAN_TOKEN"] = nil
    process.environment = environment
    output = Pipe()
    process.standardOutput = output
    process.standardInput = FileHandle.nullDevice
    let log = folder.appendingPathComponent("server.log")
    _ = manager.createFile(atPath: log.path, contents: nil)
    process.standardError = try FileHandle(forWritingTo: log)
    access = AccessFolder(path: home)
    do {
      try process.run()
      let line = try Self.firstLine(of: output.fileHandleForReading)
      address = try ServerAddress(line)
    } catch {
      if process.isRunning { process.terminate() }
      let words = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
      try? manager.removeItem(at: folder)
      throw StartError(description: "\(path) server did not start: \(error)\n\(words.suffix(2000))")
    }
  }

  /// Credentials of one of its first users.
  func credentials(_ role: AccessFolder.Role) throws -> Credentials {
    guard let token = try access.token(role) else {
      throw StartError(description: "the server left no token of its \(role.rawValue) in \(access.path)")
    }
    return Credentials(address: address, token: token, fingerprint: try access.access()?.fingerprint)
  }

  /// Processor time that it has used, in seconds: user and system.
  func cpuSeconds() throws -> Double {
    try ProcessFile.cpuSeconds(of: process.processIdentifier)
  }

  private static func dataFolder(in folder: URL) -> String { folder.appendingPathComponent("data").path }

  /// Bytes that its data folder takes on the disk.
  func folderBytes() throws -> Int { try DiskUse.bytes(of: Self.dataFolder(in: folder)) }

  /// Its resident memory in bytes, and the most it has been since ``forgetPeakMemory()``.
  func memory() throws -> (resident: Int, peak: Int) {
    let status = try String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
    func kibibytes(_ name: String) throws -> Int {
      let line = status.split(separator: "\n").first { $0.hasPrefix(name) }
      guard let number = line?.split(separator: " ").dropLast().last.flatMap({ Int($0) }) else {
        throw StartError(description: "its /proc/PID/status has no \(name)")
      }
      return number * 1024
    }
    return (try kibibytes("VmRSS:"), try kibibytes("VmHWM:"))
  }

  /// Has the system measure the peak from now on.
  func forgetPeakMemory() throws {
    try "5".write(toFile: "/proc/\(process.processIdentifier)/clear_refs", atomically: false, encoding: .utf8)
  }

  /// Kills it as a crash would, and removes what is its own.
  func kill() {
    if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
    try? FileManager.default.removeItem(at: folder)
  }

  /// Ends it, and removes its folder.
  func stop() {
    if process.isRunning { process.terminate() }
    process.waitUntilExit()
    try? FileManager.default.removeItem(at: folder)
  }

  /// The command beside this program.
  static func commandBeside() throws -> String {
    guard let own = Bundle.main.executableURL else {
      throw StartError(description: "the place of this program is unknown; name the command by --server")
    }
    let path = own.deletingLastPathComponent().appendingPathComponent("banyan").path
    guard FileManager.default.isExecutableFile(atPath: path) else {
      throw StartError(description: "there is no \(path); build it, or name the command by --server")
    }
    return path
  }

  private static func firstLine(of handle: FileHandle) throws -> String {
    var bytes = Data()
    while !bytes.contains(UInt8(ascii: "\n")) {
      let more = handle.availableData
      guard !more.isEmpty else { throw StartError(description: "it ended before it printed its URL") }
      bytes.append(more)
    }
    return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
  }
}
