import ArgumentParser

/// `banyan completions`: what a shell needs to complete what is typed.
struct CompletionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "completions", abstract: "Print a script that has a shell complete commands, flags, jobs and names.",
    usage: "banyan completions bash|zsh|fish",
    discussion: """
      The shell asks `banyan` itself at each press of the key, and that asks the server for numbers and names of jobs, \
      queues, workers and users. Where none answers within a second, nothing is offered of these.

      Example: source <(banyan completions bash)

      Example: banyan completions zsh > ~/.zfunc/_banyan

      Example: banyan completions fish | source
      """)

  @Argument(help: "Which shell: bash, zsh or fish.")
  var shell: CompletionScript.Shell

  func run() throws { Output.result(CompletionScript.text(for: shell)) }
}
