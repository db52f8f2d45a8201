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
  /// The state folder in which it works; nil: it is of those who don't say.
  var folder: Int?
  /// Folders in which it worked before, and what keepers still run from there.
  var left: [(folder: Int, running: [Attempt])] = []
  /// Ends that it reported once: told again, late and doubled.
  var told: [AttemptReport] = []

  init(name: String, user: Principal, offer: ResourceOffer) {
    self.name = name
    self.user = user
    self.offer = offer
  }

  var isAudible: Bool { isAlive && !isCutOff && id != nil }

  mutating func drop(_ task: TaskID) { running.removeAll { $0.task == task } }

  /// Its next start is in another folder: one that it left before, or a new one.
  /// - Parameters:
  ///   - known: the place of the former one among those that it left; nil: a new one.
  ///   - fresh: the number of a new one.
  ///   - goesOn: what runs goes on in the folder that it leaves; else its machine died.
  mutating func changeFolder(to known: Int?, fresh: Int, goesOn: Bool) {
    guard let former = folder else { return }
    let leaving = (folder: former, running: goesOn ? running : [])
    let next = known.map { left.remove(at: $0) } ?? (folder: fresh, running: [])
    (folder, running) = next
    left.append(leaving)
  }

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
