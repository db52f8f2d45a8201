import Simulation
import Testing

/// Laws of jobs: many seeds, each with families, edges, changes, retries and restarts. `BANYAN_SEED=n` replays one.
@Suite struct JobSimulationTests {
  @Test func everythingHolds() async {
    // The last of these makes anew what hangs on a tie, which few seeds do.
    var met: Set<String> = []
    for seeds in Swarm.replayed.map({ [$0...$0] }) ?? [60...104, 1027...1027] {
      let result = await JobSwarm.run(seeds, steps: 60)
      if let failure = result.failure {
        Issue.record("\(failure)")
        return
      }
      met.formUnion(result.met.keys)
    }
    guard Swarm.replayed == nil else { return }
    let wanted: Set<String> = [
      "submitJob", "submitJob refused", "changeJob", "changeJob refused", "retryJob", "retryJob refused", "retry",
      "forgetJobs", "forgetJobs refused", "forget", "given", "cancelled job", "repeated", "restart", "long", "tied",
      "taken over", "remade through a tie", "tick", "run changed", "released job",
    ]
    #expect(wanted.subtracting(met) == [])
  }
}
