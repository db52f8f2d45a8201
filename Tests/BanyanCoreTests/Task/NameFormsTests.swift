import Testing

@testable import BanyanCore

/// What Unicode calls equivalent are two names wherever a name goes in: neither reaches, overwrites or bars what the
/// other means.
@Suite struct NameFormsTests {
  /// `é` as one code point, and as two.
  private static let forms = ["caf\u{e9}", "cafe\u{301}"]

  private static func user(_ name: String, _ role: Role = .provider) -> Principal {
    Principal(user: UserID(seconds: 9, rest: UInt64(name.unicodeScalars.count)), name: name, role: role)
  }

  // MARK: Where something is found by a name

  /// A place where a name goes in.
  struct Place: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// Puts something in under a name, and tells what was made.
    var put: @Sendable (inout Bench, String) throws -> Identifier
    /// What a name means there.
    var find: @Sendable (Bench, String) -> Identifier?
  }

  static let places: [Place] = [
    Place(testDescription: "users") { bench, name in
      let hash = [UInt8](repeating: UInt8(name.utf8.count), count: 32)
      guard case .user(let user) = try bench.perform(.addUser(name: name, role: .viewer, tokenHash: hash)).answer
      else { throw Rejection(.malformed, "no user") }
      return user.id
    } find: { bench, name in
      bench.state.allUsers.first { CodePoints($0.name) == CodePoints(name) }?.id
    },
    Place(testDescription: "workers") { bench, name in
      try bench.worker(name).worker.id
    } find: { bench, name in
      bench.state.workerID(named: name, user: bench.machines.user)
    },
    Place(testDescription: "tasks") { bench, name in
      try bench.submit(Bench.draft(name))[0]
    } find: { bench, name in
      bench.state.task(named: name, asker: bench.ann.name)
    },
    Place(testDescription: "owners") { bench, name in
      try bench.submit(Bench.draft("one"), by: Self.user(name))[0]
    } find: { bench, name in
      bench.state.task(named: "one", asker: name)
    },
    Place(testDescription: "keys") { bench, name in
      let submission = Submission(tasks: [Bench.draft()], by: bench.ann, key: (name, [1]))
      guard case .submitted(let ids) = try bench.perform(.submit(submission)).answer else {
        throw Rejection(.malformed, "nothing made")
      }
      return ids[0]
    } find: { bench, name in
      bench.state.view.rememberedKeys.first { CodePoints($0.key.key) == CodePoints(name) }?.answer.tasks.first
    },
    Place(testDescription: "queues") { bench, name in
      try bench.submit(Bench.draft { $0.queue = name })[0]
    } find: { bench, name in
      var found: [TaskID] = []
      var choice = TaskChoice()
      choice.queues = [CodePoints(name)]
      bench.state.view.forEachTask(of: choice) { record in
        found.append(record.id)
        return true
      }
      return found.count == 1 ? found[0] : nil
    },
  ]

  @Test(arguments: places) func twoFormsAreTwo(_ place: Place) throws {
    for forms in [Self.forms, Self.forms.reversed()] {
      var bench = Bench()
      let made = try forms.map { try place.put(&bench, $0) }
      #expect(made[0] != made[1])
      #expect(forms.map { place.find(bench, $0) } == made)
    }
  }

  // MARK: Resources

  @Test func aResourceInBothFormsIsNeverGivenTwice() throws {
    var bench = Bench()
    let offer = ResourceOffer(
      memoryBytes: 1 << 40, cores: 8, custom: [CodePoints(Self.forms[0]): 1, CodePoints(Self.forms[1]): 2])
    let hello = Hello(by: bench.machines, name: "w", instance: "1", offer: offer, running: [])
    guard case .welcomed(let welcome) = try bench.perform(.hello(hello)).answer else {
      return #expect(Bool(false), "hello is answered by a welcome")
    }
    let worker = welcome.worker.id
    func asking(_ form: String, _ count: Int64) -> TaskDraft {
      Bench.draft { $0.resources?.setCustom([CustomResource(name: form, count: count)]) }
    }
    let both = Bench.draft {
      $0.resources?.setCustom(Self.forms.map { CustomResource(name: $0, count: 1) })
    }
    let first = try bench.submit(both)[0]
    #expect(try bench.claim(worker).map(\.id) == [first])
    #expect(
      bench.state.worker(worker)?.usedCustom == [CodePoints(Self.forms[0]): 1, CodePoints(Self.forms[1]): 1])
    // Of the one form nothing is left, of the other one: lanes of one shape would take the one for the other.
    let ids = try bench.submit(asking(Self.forms[0], 1), asking(Self.forms[1], 1), asking(Self.forms[1], 1))
    #expect(try bench.claim(worker).map(\.id) == [ids[1]])
    var finder = WhyFinder(bench.state.view, connected: [worker])
    let lacking = Shortage(resource: Self.forms[0], wanted: 1, free: 0, offered: 1)
    guard case .busy(_, let shortages, _)? = finder.why(ids[0])?.reason else { return #expect(Bool(false)) }
    #expect(shortages == [lacking] && shortages[0].resource.isSame(as: Self.forms[0]))
    // What a worker offers in one form it doesn't offer in the other.
    let wanting = try bench.submit(asking(Self.forms[0], 2))[0]
    finder = WhyFinder(bench.state.view, connected: [worker])
    guard case .neverFits? = finder.why(wanting)?.reason else { return #expect(Bool(false)) }
  }

  // MARK: What is another's, and what was before

  @Test func nobodyReachesWhatIsOwnedInTheOtherForm() throws {
    var bench = Bench()
    let task = try bench.submit(Bench.draft("mine"), by: Self.user(Self.forms[0]))[0]
    let other = Self.user(Self.forms[1])
    #expect(!other.mayChange(ownedBy: Self.forms[0]) && other.mayChange(ownedBy: Self.forms[1]))
    let refused = #expect(throws: Rejection.self) { try bench.perform(.cancel([task], grace: nil, by: other)) }
    #expect(refused?.kind == .forbidden)
  }

  @Test func aRenameIntoTheOtherFormIsARename() throws {
    var bench = Bench()
    let ids = try bench.submit(Bench.draft(Self.forms[0], available: false), Bench.draft("x", available: false))
    var patch = TaskPatch(task: ids[0])
    patch.changes = [
      .set(.name) { $0.name = Self.forms[1] }, .set(.command) { $0.work = .shell("echo \(Self.forms[1])") },
      .set(.workingDirectory) { $0.workingDirectory = "/\(Self.forms[0])" },
    ]
    try bench.perform(.update([patch], by: bench.ann))
    #expect(bench.state.task(named: Self.forms[0], asker: "ann") == nil)
    #expect(bench.state.task(named: Self.forms[1], asker: "ann") == ids[0])
    patch.changes = [
      .set(.command) { $0.work = .shell("echo \(Self.forms[0])") },
      .set(.workingDirectory) { $0.workingDirectory = "/\(Self.forms[1])" },
    ]
    try bench.perform(.update([patch], by: bench.ann))
    guard case .shell(let line)? = bench.state.record(ids[0])?.spec.work else { return #expect(Bool(false)) }
    #expect(line.isSame(as: "echo \(Self.forms[0])"), "a command is what it is, byte for byte")
    // The name that is free by now is another's to take, and the one that is taken is not.
    patch = TaskPatch(task: ids[1])
    patch.changes = [.set(.name) { $0.name = Self.forms[1] }]
    #expect(throws: Rejection.self) { try bench.perform(.update([patch], by: bench.ann)) }
    patch.changes = [.set(.name) { $0.name = Self.forms[0] }]
    try bench.perform(.update([patch], by: bench.ann))
    #expect(Self.forms.map { bench.state.task(named: $0, asker: "ann") } == [ids[1], ids[0]])
  }

  @Test func whatWasUnregisteredBarsItsOwnFormAlone() throws {
    var bench = Bench()
    let gone = try bench.worker(Self.forms[0]).worker.id
    try bench.perform(.unregisterWorker(gone, requeue: false, by: bench.ann))
    #expect(throws: Rejection.self) { try bench.worker(Self.forms[0]) }
    _ = try bench.worker(Self.forms[1])
    #expect(throws: Rejection.self) { try bench.worker(Self.forms[0]) }
  }

  @Test func anInstanceInTheOtherFormIsANewStart() throws {
    var bench = Bench()
    let worker = try bench.worker(instance: Self.forms[0]).worker.id
    let task = try bench.submit(Bench.draft())[0]
    #expect(try bench.claim(worker).map(\.id) == [task])
    _ = try bench.worker(instance: Self.forms[1])
    #expect(bench.status(task) == .available)
    #expect(bench.state.worker(worker)?.record.instance.isSame(as: Self.forms[1]) == true)
  }

  @Test func anotherWordInTheOtherFormIsNoRepeat() throws {
    var bench = Bench()
    let worker = try bench.worker().worker.id
    _ = try bench.submit(Bench.draft())
    let claimed = try bench.claim(worker)[0]
    #expect(try bench.report(worker, claimed, Self.forms[0]) == nil)
    #expect(try bench.report(worker, claimed, Self.forms[0]) == nil)
    #expect(try bench.report(worker, claimed, Self.forms[1])?.kind == .conflict)
  }

  // MARK: Figures and reasons

  @Test func eachQueueIsCountedByItself() throws {
    var bench = Bench()
    for queue in Self.forms + [Self.forms[0]] { _ = try bench.submit(Bench.draft { $0.queue = queue }) }
    let counts = bench.state.view.countByQueue()
    let available = Int(TaskState.available.rawValue)
    #expect(Self.forms.map { counts[CodePoints($0)]?[available] } == [2, 1])
  }

  @Test func whyLooksAtTheQueueThatIsMeant() throws {
    var bench = Bench()
    let worker = try bench.worker(cores: 1).worker.id
    let ids = try Self.forms.map { form in try bench.submit(Bench.draft { $0.queue = form })[0] }
    _ = try bench.claim(worker, max: 0, queues: [Self.forms[0]])
    var finder = WhyFinder(bench.state.view, connected: [worker])
    #expect(finder.why(ids[0])?.reason == .turn(before: 0))
    guard case .noWorkerForQueue(let queue)? = finder.why(ids[1])?.reason else { return #expect(Bool(false)) }
    #expect(queue.isSame(as: Self.forms[1]))
  }

  @Test func failuresAreComparedWithTheirLike() {
    let sorts = Self.forms.map { FailureWatch.Sort(owner: "ann", queue: CodePoints($0), batch: nil) }
    #expect(Set(sorts).count == 2)
  }
}
