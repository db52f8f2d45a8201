import BanyanClient
import BanyanJSON

/// Which jobs the runs on a data folder have made, so that the same command goes on with its own.
struct RunMemory: Sendable {
  /// Beside the tokens of the queue there.
  let folder: AccessFolder
  /// What each graph of this command asks for.
  let asked: [JSON]

  /// The job that was made of a graph of this command; nil: there is none yet.
  func job(at place: Int) throws -> Int64? {
    try name(at: place).flatMap { try folder.note(named: $0) }.flatMap { Int64($0) }
  }

  func remember(_ job: Int64, at place: Int) throws {
    guard let name = name(at: place) else { return }
    try folder.write(note: "\(job)", named: name)
  }

  /// A key under which the server knows the request, should the process end before the number is remembered.
  func key(at place: Int) -> String? { name(at: place).map { "banyan-\($0)" } }

  private func name(at place: Int) -> String? {
    guard asked.indices.contains(place) else { return nil }
    // Two hashes of 64 bits (FNV-1a, one of them from another start): nobody else writes here.
    let bytes = asked[place].encoded()
    let starts: [UInt64] = [0xcbf2_9ce4_8422_2325, 0x9ae1_6a3b_2f90_404f]
    let hashes = starts.map { start in bytes.reduce(start) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 } }
    return "run-" + hashes.map { String($0, radix: 16) }.joined()
  }
}
