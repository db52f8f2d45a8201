import ArgumentParser
import BanyanStore
import FoundationEssentials

/// A data folder out of one file.
struct SnapshotImport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Make a data folder of an exported file, or of a snapshot.",
    usage: "banyan snapshot import FILE --data DIR",
    discussion: "Example: banyan snapshot import queue.jsonl --data /var/lib/banyan2")

  @OptionGroup var place: DataOptions

  @Argument(help: "The file to read.")
  var file: String

  func run() async throws {
    let surroundings = Surroundings.ofProcess()
    let path = try surroundings.absolute(file)
    guard FileManager.default.fileExists(atPath: path) else { throw NotFound("there is no file \(file)") }
    let store = try FolderStore(path: DataFolder.path(place.data, surroundings))
    let description = try store.importState(from: path)
    Output.remark("\(store.path): the queue at sequence \(description.header.sequence); start it with")
    Output.result("banyan server --data \(ShellWords.line([store.path]))")
  }
}
