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
      let understood = try Vocabulary.understood(typed)
      if let request = try HelpRequest(understood) { return answer(request) }
      var defaults = FlagDefaults.none
      if let folder = AccessFolder(environment: Surroundings.ofProcess().environment) {
        defaults = try FlagDefaults(file: folder.path + "/config.yaml")
      }
      var command = try parsed(understood, defaults)
      if let submit = command as? SubmitCommand, let path = submit.script {
        let flags = try ScriptFlags(ScriptFile(text: InputFile.text(path), path: path))
        if let remark = flags.remark { Output.complaint(remark) }
        command = try parsed(["submit", "--flags-of-script"] + flags.words + understood.dropFirst(), defaults)
      }
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

  /// What is wrong with the flags is told in a sentence; what was asked of the parser, as help, it prints itself.
  private static func parsed(_ arguments: [String], _ defaults: FlagDefaults) throws -> any ParsableCommand {
    let words = defaults.applied(to: arguments)
    do {
      return try Banyan.parseAsRoot(words)
    } catch {
      if Banyan.exitCode(for: error).isSuccess { Banyan.exit(withError: error) }
      if let trouble = defaults.trouble(in: arguments, judge) { throw trouble }
      let trouble = ParseTrouble(error, typed: words)
      Output.complaint("\(trouble.message)\n  `\(trouble.command) --help` tells more")
      exit(Banyan.exitCode(for: error).rawValue)
    }
  }

  /// What is wrong with words, if anything is.
  private static func judge(_ words: [String]) -> String? {
    do {
      _ = try Banyan.parseAsRoot(words)
      return nil
    } catch {
      return ParseTrouble(error, typed: words).message
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
    // Of a token that the server doesn't know; whose task it is, or who is no admin, is another matter.
    let refused = (error as? ServerError)?.status ?? (error as? SocketRefusal)?.status
    if refused == 401 {
      Output.remark("the token comes from --token-file, BANYAN_TOKEN or the access folder (~/.banyan), in this order")
    }
    exit(status.rawValue)
  }
}
