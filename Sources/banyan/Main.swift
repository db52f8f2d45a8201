import ArgumentParser
import BanyanClient
import BanyanTerminal
import BanyanWorker

import Glibc

/// Where the process begins: what was typed is checked and understood, the subcommand runs, an error becomes words and
/// a status.
@main
enum Main {
  static func main() async {
    // A peer that is gone is an error of the write, not the end of the process.
    signal(SIGPIPE, SIG_IGN)
    do {
      let typed = try TypedArguments.ofProcess()
      if typed.first == KeeperMain.subcommand { exit(KeeperMain.run(arguments: Array(typed.dropFirst()))) }
      if typed.first == CompletionMain.subcommand { await CompletionMain.run(Array(typed.dropFirst())) }
      if typed.first == ManualMain.subcommand { return try ManualMain.run(Array(typed.dropFirst())) }
      var arguments = try Vocabulary.understood(typed)
      if let request = try HelpRequest(arguments) { return answer(request) }
      if let folder = AccessFolder(environment: Surroundings.ofProcess().environment) {
        arguments = try FlagDefaults(file: folder.path + "/config.yaml").applied(to: arguments)
      }
      var command = try parsed(arguments)
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        // ArgumentParser's own: help and completions. It knows how they end.
        do { try command.run() } catch { Banyan.exit(withError: error) }
      }
    } catch {
      end(with: error)
    }
  }

  private static func answer(_ request: HelpRequest) {
    let width = Terminal.current(environment: Surroundings.ofProcess().environment).width
    for line in request.lines(width: width) { Output.result(line) }
  }

  /// What is wrong with the flags, ArgumentParser says itself, in the form of its help.
  private static func parsed(_ arguments: [String]) throws -> any ParsableCommand {
    do {
      return try Banyan.parseAsRoot(arguments)
    } catch {
      Banyan.exit(withError: error)
    }
  }

  private static func end(with error: any Error) -> Never {
    if let status = error as? ExitCode { exit(status.rawValue) }
    let status = CommandStatus(error)
    switch error {
    case is CancellationError: break
    // As compilers print it, so that editors jump to the place.
    case let error as GraphError: Output.remark(Escaping.shown("\(error)", keepingLines: true))
    default: Output.complaint("\(error)")
    }
    if status == .notAllowed {
      Output.remark("the token comes from --token-file, BANYAN_TOKEN or the access folder (~/.banyan), in this order")
    }
    exit(status.rawValue)
  }
}
