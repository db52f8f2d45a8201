import Simulation
import Testing

/// Laws of links, claims and leases: many seeds, each with connections that die, are replaced, revoked and closed in
/// between. `BANYAN_SEED=n` replays one.
@Suite struct LinkSimulationTests {
  @Test func everythingHolds() {
    var met: [String: Int] = [:]
    for seed in Swarm.replayed.map({ $0...$0 }) ?? 1...250 {
      var simulation = LinkSimulation(seed: seed)
      if let failure = simulation.run(steps: 200) {
        Issue.record("\(failure)")
        return
      }
      met.merge(simulation.met) { $0 + $1 }
    }
    guard Swarm.replayed == nil else { return }
    let wanted: Set<String> = [
      "given", "expired", "welcomed", "refused conflict", "refused unprocessable", "refused unavailable",
      "close replaced", "close revoked", "close unregistered", "silent", "REST", "abandon", "away", "cancel", "closes",
      "folder", "folder expired",
    ]
    #expect(wanted.subtracting(met.keys) == [], "\(met)")
  }
}
