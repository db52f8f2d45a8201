import ArgumentParser

/// The server that is measured: which program, on which disk, how durable.
struct MeasuredServer: ParsableArguments {
  @Option(help: "always, interval or none, as of banyan server.")
  var durability = "always"

  @Option(help: ArgumentHelp("The disk to measure (the one of temporary files).", valueName: "folder"))
  var dir: String?

  @Option(help: ArgumentHelp("The banyan command (the one beside this program).", valueName: "path"))
  var server: String?

  /// The program, as it was given or found.
  var binary: String { get throws { try server ?? ServerProcess.commandBeside() } }
}
