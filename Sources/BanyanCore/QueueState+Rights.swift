/// Whose it is: a provider changes what is its own, an admin everything. Whichever way a request comes (REST, WebSocket,
/// the command), these are the rules that it meets.
extension QueueState {
  /// Refuses a change of tasks that are others'. Tasks that aren't there are nobody's.
  func checkMayChange(_ ids: [TaskID], by asker: Principal) throws(Rejection) {
    guard !asker.isAdmin else { return }
    for id in ids {
      if let slot = tasks.slot(id) { try checkMayChange(slot, by: asker) }
    }
  }

  func checkMayChange(_ slot: Slot, by asker: Principal) throws(Rejection) {
    if let refusal = tasks.refusal(ofChanging: slot, by: asker) { throw refusal }
  }

  /// Refuses what only an admin may do. The server itself may do all of it.
  func checkIsAdmin(_ asker: Principal?, _ what: String) throws(Rejection) {
    guard let asker, !asker.isAdmin else { return }
    let admins = users.values.filter(\.isAdmin).map(\.name)
    let whom = admins.isEmpty ? "" : "; ask \(admins.prefix(3).joined(separator: " or "))"
    throw Rejection(.forbidden, "\(what) are an admin's to change, and \(asker.name) is none\(whom).")
  }
}

extension TaskTable {
  /// Why somebody may not change a task; nil: it may.
  func refusal(ofChanging slot: Slot, by asker: Principal) -> Rejection? {
    guard !asker.mayChange(ownedBy: self[slot].spec.owner) else { return nil }
    guard asker.role == .provider else { return Rejection(.forbidden, "A \(asker.role.rawValue) changes no tasks.") }
    let owner = self[slot].spec.owner
    return Rejection(
      .forbidden, "The task \(self[slot].id) is \(owner)'s, not yours: \(owner) or an admin can change it.")
  }
}

extension Principal {
  /// Whether it may change what somebody of this name owns.
  public func mayChange(ownedBy owner: String) -> Bool {
    role == .provider && (isAdmin || owner.isSame(as: name))
  }
}

extension QueueState {
  /// Who has providers has an admin. Folders of before there were admins don't say who it is: it is the first provider of
  /// those that there are, whose token lies in the access folder. (No command leaves a state without one.)
  mutating func keepAnAdmin() {
    guard !users.values.contains(where: \.isAdmin),
      let first = users.values.firstIndex(where: { $0.role == .provider })
    else { return }
    users.values[first].isAdmin = true
  }
}
