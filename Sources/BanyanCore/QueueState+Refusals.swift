/// What is told to whoever may not do a thing at all, before what is wrong with the way in which it was asked. The commands
/// meet the same rules.
extension QueueState {
  /// Why somebody may not change a task, whatever it wants of it; nil: it may.
  public func refusal(ofChanging task: TaskID, by asker: Principal) -> Rejection? {
    guard let slot = tasks.slot(task) else { return Rejection(.notFound, "There is no task \(task).") }
    return tasks.refusal(ofChanging: slot, by: asker)
  }

  /// The first refusal among several tasks.
  public func refusal(ofChanging tasks: [TaskID], by asker: Principal) -> Rejection? {
    tasks.lazy.compactMap { refusal(ofChanging: $0, by: asker) }.first
  }

  /// Why somebody may not do what is an admin's; nil: it may.
  /// - Parameters:
  ///   - what: the things, as the beginning of a sentence.
  ///   - asker: who.
  public func refusal(ofAdministering what: String, by asker: Principal) -> Rejection? {
    do throws(Rejection) {
      try checkIsAdmin(asker, what)
      return nil
    } catch {
      return error
    }
  }

  /// Why a worker's user may not claim a task over REST; nil: it may, or what it says is wrong in another way.
  public func refusal(ofClaiming patch: TaskPatch, by asker: Principal) -> Rejection? {
    guard tasks.slot(patch.task) != nil else { return Rejection(.notFound, "There is no task \(patch.task).") }
    do throws(Rejection) {
      let worker = try claimingWorker(patch, asker)
      if let record = workers[worker]?.record { try Self.mayClaim(record) }
      return nil
    } catch {
      return error.kind == .forbidden ? error : nil
    }
  }

  /// Why a worker's user may not tell what a task uses; nil: it may.
  public func refusal(ofMeasuring task: TaskID, by asker: Principal) -> Rejection? {
    do throws(Rejection) {
      _ = try measuredSlot(task, by: asker)
      return nil
    } catch {
      return error.kind == .forbidden ? error : nil
    }
  }
}
