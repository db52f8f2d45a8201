import BanyanCore

/// A worker as the simulation plays it: what it believes to run, alive or dead, heard or cut off.
struct SimulatedWorker: Sendable {
  struct Attempt: Sendable {
    var task: TaskID
    var token: AttemptProof
    var started: Int64?
    var isStarted: Bool { started != nil }
    var isToBeCancelled = false
  }

  let name: String
  let user: Principal
  var offer: ResourceOffer
  var id: WorkerID?
  var instance = 0
  /// Its process runs; a dead one says nothing, and its lease runs out.
  var isAlive = false
  /// Nothing that it says arrives, and nothing that is said to it.
  var isCutOff = false
  /// Whatever it starts fails at once.
  var isBroken = false
  /// When it leaves, if it said so.
  var stay: Stay?
  var running: [Attempt] = []
  /// Ends that it reported once: told again, late and doubled.
  var told: [AttemptReport] = []

  init(name: String, user: Principal, offer: ResourceOffer) {
    self.name = name
    self.user = user
    self.offer = offer
  }

  var isAudible: Bool { isAlive && !isCutOff && id != nil }

  mutating func drop(_ task: TaskID) { running.removeAll { $0.task == task } }

  mutating func receive(_ tasks: [ClaimedTask]) {
    for task in tasks {
      drop(task.id)
      running.append(Attempt(task: task.id, token: task.proof))
    }
  }

  mutating func toBeCancelled(_ task: TaskID) {
    for index in running.indices where running[index].task == task { running[index].isToBeCancelled = true }
  }
}

extension ClaimedTask {
  /// The attempt's token, as its worker shows it.
  package var proof: AttemptProof { .genuine(claimNumber: attempt.claimNumber, epoch: attempt.epoch) }
}

extension Witness.Hold {
  /// The attempt's token, as its worker shows it.
  package var proof: AttemptProof { .genuine(claimNumber: claim, epoch: epoch) }
}
