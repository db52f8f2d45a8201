/// What must hold of the counts by owner, queue and standing: they are what the rows tell.
extension QueueState {
  func tallyViolations() -> [String] {
    var broken: [String] = []
    var recount = TaskTally()
    tasks.forEachSlot { slot in
      let kind = recount.kind(of: tasks[slot].spec)
      recount.add(slot..<slot + 1, kind, tasks.standing(slot))
      if tasks[slot].isReplaced { recount.replace(kind, tasks.standing(slot), 1) }
    }
    for replaced in [true, false] {
      let (kept, counted) = (
        Self.lines(tasks.totals(replaced: replaced)), Self.lines(recount.totals(replaced: replaced))
      )
      if tasks.tally.tellsAllNames, recount.tellsAllNames, kept != counted {
        broken.append(
          "tasks by owner and queue\(replaced ? "" : ", without those tried again,") are \(kept), recounted \(counted)")
      }
    }
    for piece in 0..<(tasks.slotCount + TaskRows.pieceSize - 1) / TaskRows.pieceSize {
      let (kept, counted) = (tasks.tally.counts(ofPiece: piece), recount.counts(ofPiece: piece))
      if kept != counted { broken.append("the piece \(piece) of the table counts \(kept), recounted \(counted)") }
    }
    tasks.forEachSlot { slot in
      var choice = TaskChoice()
      choice.owners = [CodePoints(tasks[slot].spec.owner)]
      choice.queues = [CodePoints(tasks[slot].spec.queue)]
      // One of each piece: that its kind is told there.
      guard slot % 97 == 0 else { return }
      if tasks.tally.part(Int(slot) / TaskRows.pieceSize, tasks.tally.kinds(of: choice)) == .nothing {
        broken.append("the task \(tasks[slot].id) stands in a piece of the table that tells nothing of it")
      }
    }
    return broken
  }

  private static func lines(_ totals: [TaskTotal]) -> [String] {
    totals.compactMap { total in
      let counts = Standing.allCases.map { total[$0] }
      return counts.contains { $0 != 0 } ? "\(total.owner)/\(total.queue): \(counts)" : nil
    }.sorted()
  }
}
