import ArgumentParser
import BanyanClient
import BanyanCore
import BanyanServer
import BanyanStore

/// `banyan server`: runs a server in this process.
struct ServerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "server", abstract: "Start a server; its URL is the first line that it prints.",
    usage: "banyan server --data DIR",
    discussion: """
      SIGTERM ends it cleanly. The access folder (~/.banyan, or BANYAN_HOME) is written, so that commands and workers \
      of this user need no flags. That of another server is left alone: a second one is given its own by --access.

      Example: banyan server --port 0 --data /var/lib/banyan
      """)

  @Option(name: .long, help: "The address to listen on.")
  var host = "127.0.0.1"

  @Option(name: .long, help: "The port; 0 takes a free one.")
  var port = ServerAddress.standardPort

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Where journal and snapshots lie (Snapshots, where that folder stands, else the user's state folder).",
      valueName: "dir"))
  var data: String?

  @Option(name: .long, help: "When an acknowledged change is safe: always, interval (once a second) or none.")
  var durability = DurabilityWord.always

  @Option(name: .customLong("snapshot-every"), help: ArgumentHelp("Between snapshots.", valueName: "span"))
  var snapshotEvery = "5m"

  @Flag(name: .long, help: "Anyone on this machine is a provider, without a token. Loopback only.")
  var open = false

  @Option(name: .customLong("tls-cert"), help: ArgumentHelp("A certificate (PEM).", valueName: "file"))
  var certificate: String?

  @Option(name: .customLong("tls-key"), help: ArgumentHelp("Its key (PEM).", valueName: "file"))
  var key: String?

  @Flag(
    name: .customLong("tls-self-signed"),
    help: "Speak TLS with a certificate of its own; the access folder tells it to commands and workers.")
  var isSelfSigned = false

  @Option(name: .long, help: ArgumentHelp("How long a silent worker keeps its tasks.", valueName: "span"))
  var lease = "5m"

  @Option(
    name: .customLong("rest-lease"), help: ArgumentHelp("The same for one that speaks REST only.", valueName: "span"))
  var restLease = "10m"

  @Option(name: .long, help: "Whether owners take turns by what they hold (on), or who came first goes first (off).")
  var fair = Switch.on

  @Option(
    name: .customLong("reserve-after"),
    help: ArgumentHelp(
      "How long a task that is next waits before a worker is kept free for it; never.", valueName: "span"))
  var reserveAfter = "60s"

  @Option(
    name: .customLong("keep-finished"),
    help: ArgumentHelp(
      "How long, and how many, tasks are kept that have ended (30d,1000000); forever.", valueName: "span,n"))
  var keepFinished = "30d,1000000"

  @Option(
    name: .customLong("allow-origin"), help: ArgumentHelp("An origin that browsers may come from.", valueName: "url"))
  var allowOrigin: [String] = []

  @Option(
    name: .customLong("base-path"),
    help: ArgumentHelp("What stands before every path, behind a proxy.", valueName: "path"))
  var basePath = "/"

  @Option(
    name: .long,
    help: ArgumentHelp("The access folder, where its address and first tokens are left.", valueName: "dir"))
  var access: String?

  @Flag(name: .long, help: "Take over the access folder of another server that doesn't answer any more.")
  var force = false

  @OptionGroup var log: LogOptions

  @Flag(name: .customLong("open-metrics"), help: "Let /metrics be read without a token.")
  var openMetrics = false

  /// The words of a switch.
  enum Switch: String, ExpressibleByArgument, CaseIterable {
    case on, off
  }

  /// The words of `--durability`; `interval` syncs once a second.
  enum DurabilityWord: String, ExpressibleByArgument, CaseIterable {
    case always, interval, none

    var value: Durability {
      switch self {
      case .always: .always
      case .interval: .interval(milliseconds: 1000)
      case .none: .none
      }
    }
  }

  func validate() throws {
    guard (0...65_535).contains(port) else { throw ValidationError("--port \(port): give a number from 0 to 65535") }
    guard (certificate == nil) == (key == nil) else { throw ValidationError("--tls-cert and --tls-key go together") }
    guard certificate == nil || !isSelfSigned else {
      throw ValidationError("--tls-cert names a certificate, and --tls-self-signed makes one; give one of the two")
    }
    guard Self.normalised(basePath) != nil else {
      throw ValidationError(
        "--base-path \(basePath): give a path like /queue, of letters, digits and -._~ between slashes")
    }
    if open, !ServerAddress(host: host).isLoopback {
      throw ValidationError("--open lets everyone in who reaches the port; it goes with a loopback --host only")
    }
  }

  func run() async throws {
    let surroundings = Surroundings.ofProcess()
    let folder = try DataFolder.chosen(data, surroundings)
    var configuration = try configuration(folder)
    let access = try ServerAccess(flag: access, isForced: force, data: folder, surroundings)
    configuration.onRecovered = { try await access.check($0) }
    configuration.onUsersMade = { access.keep($0) }
    let (port, log) = (port, log)
    let logger = log.logger("banyan.server")
    let isOpen = open
    do {
      try await Server(configuration: configuration, logger: logger).run { ready in
        for notice in access.announce(ready) { log.remark(notice, logger) }
        if isOpen {
          log.remark("OPEN: anyone on this machine may submit tasks, which run as this user", logger)
        }
      }
    } catch let error as UsageError {
      throw error
    } catch {
      throw ServerStartError(error, host: host, port: port, folder: folder)
    }
  }

  private func configuration(_ folder: String) throws -> ServerConfiguration {
    var configuration = ServerConfiguration(dataFolder: folder)
    configuration.host = host
    configuration.port = port
    configuration.durability = durability.value
    configuration.snapshotInterval = try Quantities.duration(snapshotEvery, of: "--snapshot-every", atLeast: 1000)
    configuration.isOpen = open
    if let certificate, let key { configuration.tls = .files(certificate: certificate, key: key) }
    if isSelfSigned { configuration.tls = .selfSigned }
    configuration.lease = try Quantities.duration(lease, of: "--lease", atLeast: 1000)
    configuration.restLease = try Quantities.duration(restLease, of: "--rest-lease", atLeast: 1000)
    configuration.isFair = fair == .on
    configuration.reserveAfter =
      reserveAfter == "never" ? nil : try Quantities.duration(reserveAfter, of: "--reserve-after")
    configuration.keepFinished = try KeepFinished(option: keepFinished)
    configuration.allowedOrigins = allowOrigin
    configuration.basePath = Self.normalised(basePath) ?? ""
    configuration.hasOpenMetrics = openMetrics
    configuration.obeysSignals = true
    configuration.version = Banyan.version
    return configuration
  }

  /// A base path without a slash at its end; nil: it is none.
  private static func normalised(_ path: String) -> String? {
    var path = Substring(path)
    while path.hasSuffix("/") { path.removeLast() }
    guard path.isEmpty || path.hasPrefix("/"), !path.contains("//") else { return nil }
    let isPlain = path.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"), UInt8(ascii: "/"):
        true
      default: false
      }
    }
    return isPlain ? String(path) : nil
  }
}
