import ArgumentParser
import BanyanJSON
import BanyanStore

/// Whether a data folder is sound.
struct SnapshotVerify: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Look at every file of a data folder, and at what must always hold.",
    usage: "banyan snapshot verify --data DIR",
    discussion: """
      Each snapshot and each segment of the journal is read whole; the state is restored as a start would and recounted; \
      the older snapshot and the journal must come to the same state. Nothing is changed. The status is 1 if anything is \
      wrong.

      Example: banyan snapshot verify --data /var/lib/banyan
      """)

  @OptionGroup var place: DataOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let surroundings = Surroundings.ofProcess()
    let verification = try folder(surroundings).verify()
    switch output.format {
    case .json: Output.result(Self.json(verification).encodedString(pretty: true))
    case .jsonl: Output.result(Self.json(verification).encodedString())
    case .csv: _ = output.printed(Self.json(verification))
    case .table, .wide, .ids: show(verification)
    }
    if !verification.isSound { throw CommandStatus.someFailed.exitCode }
  }

  /// The folder, locked: what a server writes meanwhile would look torn. One that can't be written can't be locked.
  private func folder(_ surroundings: Surroundings) throws -> FolderStore {
    do {
      return try place.locked(surroundings)
    } catch let error as StoreError where error.kind == .notWritable {
      let store = try place.reading(surroundings)
      Output.remark(
        "\(store.path) can't be written, and so not be locked: if a server works on it now, its last changes may look torn"
      )
      return store
    }
  }

  private func show(_ verification: Verification) {
    for file in verification.files {
      let name = file.path.split(separator: "/").last.map(String.init) ?? file.path
      Output.result("\(file.isSound ? "sound  " : "WRONG  ")  \(name)  \(file.words)")
    }
    for notice in verification.report?.notices ?? [] { Output.remark(notice) }
    for trouble in verification.troubles { Output.remark("banyan: \(trouble)") }
    if verification.isSound, let report = verification.report {
      Output.result("sound: a start comes to sequence \(report.lastSequence)")
    } else if !verification.isSound, verification.report == nil {
      Output.remark("a start would be refused; `banyan snapshot repair` keeps what is sound, after a backup")
    }
  }

  private static func json(_ verification: Verification) -> JSON {
    [
      "sound": .bool(verification.isSound),
      "sequence": verification.report.map { .integer(Int64(clamping: $0.lastSequence)) } ?? .null,
      "files": .array(
        verification.files.map { ["file": .string($0.path), "sound": .bool($0.isSound), "words": .string($0.words)] }),
      "notices": .array((verification.report?.notices ?? []).map(JSON.string)),
      "troubles": .array(verification.troubles.map(JSON.string)),
    ]
  }
}
