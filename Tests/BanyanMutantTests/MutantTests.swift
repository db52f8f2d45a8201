import BanyanCore
import Foundation
import Simulation
import Testing

/// The mutants that are run: all of them, or those whose names hold the words in `BANYAN_MUTANT`.
func chosen<Mutants: Sequence>(_ mutants: Mutants, _ name: (Mutants.Element) -> String) -> [Mutants.Element] {
  guard let words = ProcessInfo.processInfo.environment["BANYAN_MUTANT"] else { return Array(mutants) }
  return mutants.filter { name($0).contains(words) }
}

/// A checker is worth nothing until it has caught something: each of these faulty engines is caught, by the check that
/// is there for it, within a bounded number of seeds; the sound engine passes the same run.
@Suite struct MutantTests {
  private static let seeds: ClosedRange<UInt64> = 1...150
  private static let steps = 120

  @Test(arguments: chosen(Mutant.all, \.name)) func isCaught(_ mutant: Mutant) async throws {
    let result = await Swarm.run(Self.seeds, steps: Self.steps, isShortened: false) { mutant }
    let failure = try #require(result.failure, "\(mutant.name): nothing saw it in \(result.seeds) seeds")
    #expect(!mutant.caughtBy.isDisjoint(with: result.checks), "\(mutant.name) was seen as \(failure)")
  }

  /// A word that fits no mutant would let every run of it pass.
  @Test func aMutantThatIsAskedForIsThere() {
    guard let words = ProcessInfo.processInfo.environment["BANYAN_MUTANT"] else { return }
    let names = (Mutant.all + Mutant.jobs).map(\.name) + LinkMutant.all.map(\.name)
    #expect(names.contains { $0.contains(words) }, "no mutant's name has \(words) in it")
  }

  @Test func theSoundEnginePasses() async {
    let sound = Mutant("nothing is wrong with it", caughtBy: .invariants) { _ in }
    let result = await Swarm.run(Self.seeds, steps: Self.steps) { sound }
    if let failure = result.failure { Issue.record("\(failure)") }
    #expect(result.seeds == Self.seeds.count)
  }

  @Test func everyMutantHasItsName() {
    #expect(Set(Mutant.all.map(\.name)).count == Mutant.all.count)
    #expect(Mutant.all.count >= 12)
  }
}
