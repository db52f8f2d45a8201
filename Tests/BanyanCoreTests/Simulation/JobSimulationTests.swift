import Simulation
import Testing

/// Laws of jobs: many seeds, each with families, edges, changes, retries and restarts. `BANYAN_SEED=n` replays one.
@Suite struct JobSimulationTests {
  @Test func everythingHolds() async {
    let result = await JobSwarm.run(Swarm.replayed.map { $0...$0 } ?? 60...104, steps: 60)
    if let failure = result.failure {
      Issue.record("\(failure)")
      return
    }
    guard Swarm.replayed == nil else { return }
    let wanted: Set<String> = [
      "submitJob", "submitJob refused", "changeJob", "changeJob refused", "retryJob", "retryJob refused", "retry",
      "forgetJobs", "forgetJobs refused", "forget", "given", "cancelled job", "repeated", "restart", "long", "tied",
      "taken over", "remade through a tie", "tick", "run changed",
    ]
    #expect(wanted.subtracting(result.met.keys) == [], "\(result.met)")
  }
}
