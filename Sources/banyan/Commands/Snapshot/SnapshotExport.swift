import ArgumentParser
import BanyanStore
import FoundationEssentials

/// The whole queue as one file.
struct SnapshotExport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write the queue in a data folder, snapshot and journal, to one file.",
    usage: "banyan snapshot export FILE --data DIR",
    discussion: """
      The file has the form of a snapshot: lines of JSON, which `banyan snapshot import` reads. It holds users and the \
      hashes of their tokens, and no token.

      Example: banyan snapshot export queue.jsonl --data /var/lib/banyan
      """)

  @OptionGroup var place: DataOptions

  @Argument(help: "The file to write; it must not be there yet.")
  var file: String

  func run() async throws {
    let surroundings = Surroundings.ofProcess()
    let path = try surroundings.absolute(file)
    if FileManager.default.fileExists(atPath: path) { throw UsageError("\(file) is there already; name another file") }
    let store = try place.reading(surroundings)
    let (_, description) = try LocalFileSystem().publish(path) { output throws(StoreError) in
      try store.exportState(to: output)
    }
    Output.remark("\(file): the queue at sequence \(description.header.sequence), \(description.size) bytes")
  }
}
