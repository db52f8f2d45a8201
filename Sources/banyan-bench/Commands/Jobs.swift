import ArgumentParser

/// Jobs: what one submission of very many tasks costs.
struct Jobs: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "What one submission of very many tasks costs.",
    discussion: """
      array_100k, array_1m: banyan submit --array of so many, with a PATH of 4 KB, until it ends with its number printed.
      array_request, array_journal: bytes of that request of a hundred thousand, and what it adds to the journal.
      array_1m_memory: resident memory of the server with a million waiting members.
      array_cycle: processor time of the server for claim and report of a member, in batches of a hundred.
      array_cycle_4k: the same where each has a PATH of 4 KB, which its worker has to be told.
      job_list: banyan list with a million tasks in 50 jobs.
      job_cancel: a cancel of a job of a hundred thousand waiting tasks, until it is answered.
      job_recovery: from the start of a server that was killed, with a million waiting members, until it is ready.

      Example: banyan-bench jobs --only array_1m,array_cycle --json
      """)

  @OptionGroup var chosen: FigureOptions

  @OptionGroup var measured: MeasuredServer

  @OptionGroup var output: FigureOutput

  static let units = [
    "array_100k": "s", "array_1m": "s", "array_request": "bytes", "array_journal": "bytes", "array_1m_memory": "MB",
    "array_cycle": "us", "array_cycle_4k": "us", "job_list": "ms", "job_cancel": "s", "job_recovery": "s",
  ]
  static let names = [
    "array_100k", "array_1m", "array_request", "array_journal", "array_1m_memory", "array_cycle", "array_cycle_4k",
    "job_list", "job_cancel", "job_recovery",
  ]

  func validate() throws { try chosen.check(Self.names) }

  func run() throws {
    let figures = JobFigures(
      binary: try measured.binary, durability: measured.durability, folder: try ScratchFolder(in: measured.dir))
    output.print(
      try chosen.wanted(of: Self.names).map { name in
        Figure(
          bench: "jobs", name: name, unit: Self.units[name] ?? "s",
          runs: try (0..<chosen.runs).map { try figures.measure(name, run: $0) })
      })
  }
}
