import BanyanCore

/// A worker as the simulation plays it: what it believes to run, alive or dead, heard or cut off.
struct SimulatedWorker {
  struct Attempt {
    var task: TaskID
    var token: AttemptProof
    var isStarted = false
    var isToBeCancelled = false
  }

  let name: String
  let user: Principal
  var id: WorkerID?
  var instance = 0
  /// Its process is there.
  var isAlive = false
  /// Nothing that it says arrives, and nothing that is said to it.
  var isCutOff = false
  var running: [Attempt] = []
  /// Ends that it reported once: told again, late and doubled.
  var told: [AttemptReport] = []

  mutating func drop(_ task: TaskID) { running.removeAll { $0.task == task } }
}
