import BanyanCore
import Testing

/// Whose it is: ann is an admin, bob is none.
@Suite struct RightsTests {
  /// What each command about ann's task is to bob; that it is done for ann says that nothing else is wrong with it.
  @Test(arguments: 0..<9) func whatIsAnothersIsForbiddenAndNamesTheOwner(number: Int) throws {
    var bench = Bench()
    let parent = try bench.submit(Bench.draft("parent", available: false))[0]
    let child = try bench.submit(Bench.draft("child", available: false, after: [.id(parent)]))[0]
    let failed = try bench.submit(Bench.draft("failed"))[0]
    _ = try bench.cancel(failed)
    let live = try bench.submit(Bench.draft("live"))[0]
    let worker = try bench.worker(maxTasks: 1).worker.id
    #expect(try bench.claim(worker).map(\.id) == [live])
    let own = try bench.submit(Bench.draft("own", available: false), by: bench.bob)[0]
    // Only an attempt that is out of contact may be given up.
    bench.state.lose(worker)
    func command(_ by: Principal) -> Command {
      var patch = TaskPatch(task: parent)
      switch number {
      case 0: return .cancel([own, parent], grace: nil, by: by)
      case 1: return .forget([failed], .ended, by: by)
      case 2: return .abandon(live, by: by)
      case 3: return .retry(Retry(tasks: [failed], by: by))
      case 4: patch.changes = [.held(true)]
      case 5: patch.state = .available
      case 6: patch.addContinuations = [.id(own)]
      case 7: patch.removeContinuations = [.id(child)]
      default:
        // To make it wait is to change it.
        patch = TaskPatch(task: own)
        patch.addContinuations = [.id(child)]
      }
      return .update([patch], by: by)
    }
    let refused = try #require(throws: Rejection.self) { try bench.perform(command(bench.bob)) }
    #expect(refused.kind == .forbidden)
    #expect(refused.message.contains("ann's"), "\(refused.message)")
    try bench.perform(command(bench.ann))
  }

  @Test func whoHasNoBusinessWithTasksChangesNotEvenThoseOfItsName() throws {
    var bench = Bench()
    let task = try bench.submit(Bench.draft("task"), by: bench.bob)[0]
    for role in [Role.viewer, .worker] {
      let namesake = Principal(user: Identifier(seconds: 1, rest: 9), name: "bob", role: role, isAdmin: true)
      let refused = try #require(throws: Rejection.self) {
        try bench.perform(.cancel([task], grace: nil, by: namesake))
      }
      #expect(refused.kind == .forbidden && refused.message.contains(role.rawValue))
    }
  }

  @Test func toWaitForAnothersTaskByItsIdentifierIsAllowed() throws {
    var bench = Bench()
    let parent = try bench.submit(Bench.draft("parent", available: false))[0]
    let child = try bench.submit(Bench.draft("child", after: [.id(parent)]), by: bench.bob)[0]
    #expect(bench.state.record(parent)?.continuations == [child])
    // What its owner does with the parent, the child has asked for.
    _ = try bench.cancel(parent)
    #expect(bench.status(child) == .cancelled)
    let forbidden = try #require(throws: Rejection.self) {
      try bench.submit(Bench.draft("before", continuations: [.id(parent)]), by: bench.bob)
    }
    #expect(forbidden.kind == .forbidden)
  }

  @Test func aNameMeansTheAskersOwn() throws {
    var bench = Bench()
    let anns = try bench.submit(Bench.draft("fit", available: false))[0]
    let nothing = try #require(throws: Rejection.self) {
      try bench.submit(Bench.draft("plot", after: [.name("fit")]), by: bench.bob)
    }
    #expect(nothing.kind == .unprocessable && nothing.issues[0].trouble.contains("you have none"))
    let bobs = try bench.submit(Bench.draft("fit", available: false), by: bench.bob)[0]
    let plot = try bench.submit(Bench.draft("plot", after: [.name("fit")]), by: bench.bob)[0]
    #expect(bench.state.record(bobs)?.continuations == [plot])
    #expect(bench.state.record(anns)?.continuations == [])
    #expect(bench.state.task(named: "fit", asker: "eve") == nil)
  }

  @Test func aRetryLeavesWhatOthersPutBelowAndAnAdminsIsStillTheOwners() throws {
    var bench = Bench()
    let parent = try bench.submit(Bench.draft("parent", available: false), by: bench.bob)[0]
    let anns = try bench.submit(Bench.draft("anns", after: [.id(parent)]))[0]
    let bobs = try bench.submit(Bench.draft("bobs", after: [.id(parent)]), by: bench.bob)[0]
    _ = try bench.cancel(parent)
    func retry(_ task: TaskID, _ by: Principal) throws(Rejection) -> [(copy: TaskID, of: TaskID)] {
      guard case .retried(let pairs) = try bench.perform(.retry(Retry(tasks: [task], by: by))).answer else {
        return []
      }
      return pairs
    }
    let own = try retry(parent, bench.bob)
    #expect(own.map(\.of) == [parent, bobs])
    _ = try bench.cancel(own[0].copy)
    // What stands at bob's places now, and what was left below them.
    let all = try retry(own[0].copy, bench.ann)
    #expect(all.map(\.of) == [own[0].copy, own[1].copy, anns])
    #expect(all.map { bench.state.record($0.copy)?.spec.owner } == ["bob", "bob", "ann"])
  }

  // MARK: Users and registrations

  private static func hash(_ number: UInt8) -> [UInt8] { [UInt8](repeating: number, count: 32) }

  @Test func usersAndRegistrationsAreAnAdminsAndTheLastAdminStays() throws {
    var bench = Bench()
    func add(_ name: String, _ role: Role, isAdmin: Bool = false, by: Principal? = nil) throws(Rejection) -> User {
      let hash = Self.hash(name.utf8.first ?? 0)
      let command = Command.addUser(name: name, role: role, isAdmin: isAdmin, tokenHash: hash, by: by)
      guard case .user(let user) = try bench.perform(command).answer else { throw Rejection(.malformed, "no user") }
      return user
    }
    // The first provider is an admin, whether or not that is said.
    let first = try add("ann", .provider)
    #expect(first.isAdmin)
    let second = try add("bob", .provider, by: Principal(first))
    #expect(!second.isAdmin)
    #expect(throws: Rejection.self) { try add("eve", .viewer, isAdmin: true) }
    let worker = try bench.worker().worker.id
    let orders: [Command] = [
      .revokeUser(first.id, by: Principal(second)),
      .addUser(name: "joe", role: .viewer, tokenHash: Self.hash(9), by: Principal(second)),
      .changeWorker(worker, WorkerChange(draining: true), by: Principal(second)),
      .unregisterWorker(worker, requeue: false, by: Principal(second)),
      .registerWorker(WorkerRegistration(id: worker), by: Principal(second)),
    ]
    for order in orders {
      let refused = try #require(throws: Rejection.self) { try bench.perform(order) }
      #expect(refused.kind == .forbidden && refused.message.contains("ask ann"), "\(refused.message)")
    }
    let last = try #require(throws: Rejection.self) { try bench.perform(.revokeUser(first.id, by: Principal(first))) }
    #expect(last.kind == .unprocessable && last.message.contains("last admin"))
    let third = try add("cid", .provider, isAdmin: true, by: Principal(first))
    try bench.perform(.revokeUser(first.id, by: Principal(third)))
    #expect(bench.state.allUsers.filter(\.isAdmin).map(\.name) == ["cid"])
  }

  /// Folders of before there were admins.
  @Test func ofUsersWhoSayNothingTheFirstProviderIsTheAdmin() {
    let users = ["worker", "ann", "bob"].enumerated().map { number, name in
      User(
        id: UserID(seconds: 1, rest: UInt64(number)), name: name, role: number == 0 ? .worker : .provider,
        tokenHash: Self.hash(UInt8(number)))
    }
    var replayed = QueueState()
    for user in users { replayed.apply(.userChanged(user), at: 1) }
    #expect(replayed.allUsers.map(\.isAdmin) == [false, true, false])
    replayed.apply(.userRevoked(users[1].id), at: 1)
    #expect(replayed.allUsers.map(\.isAdmin) == [false, true])
    #expect(replayed.violations() == [])
  }
}
