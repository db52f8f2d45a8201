/// What is looked at. A mutant is caught by one of these, by name.
package enum Check: String, Sendable, CaseIterable {
  /// The queue's own recount, `QueueState.violations()`, finds nothing broken.
  case invariants
  /// A refused command changes nothing, says why, and is of the kind that the task model names.
  case refusals
  /// What has to be allowed is allowed.
  case permissions
  /// What is somebody's is changed by that one or an admin; users and registrations by an admin; a name means one's own.
  case rights
  /// The answer says what happened, to each what concerns it.
  case answers
  /// One live attempt a task, held by one worker.
  case oneLiveAttempt
  /// Claim numbers and epochs rise, for ever.
  case claimNumbers
  /// What has ended never runs again, and ends once.
  case endsOnce
  /// A report that is believed comes from the live worker with the live attempt's token.
  case tokens
  /// Attempts and losses are counted by their rules.
  case counts
  /// A task becomes available by a provider's wish, or by its last parent's success.
  case release
  /// What descends from a task that didn't succeed is cancelled, all the way down.
  case cascade
  /// A task whose cancellation was asked for is never given out again, and its worker is told at once.
  case cancellation
  /// Claims fit what the worker offered less what it holds.
  case offers
  /// A GPU is held by one attempt, and suits it.
  case gpus
  /// A claim gets what a plain scan gets: by priority, the owner's share, the turn.
  case order
  /// For a task that is next in turn and has waited long a worker is kept free.
  case starving
  /// A worker that leaves is given only what ends before.
  case leaving
  /// Held and delayed tasks aren't claimed, nor other queues than those that were named.
  case holds
  /// Only a worker that may claim gets anything.
  case workers
  /// A retry copies what failed and what was cancelled below it, edges and all.
  case retries
  /// Each task has its place in a job; a retry takes the place of what it tries again; counts are what tasks tell.
  case jobs
  /// A job takes over from another what is the same there, and nothing else.
  case resumes
  /// A page of a list, and how many there are, is what a plain scan finds.
  case pages
  /// Members that are kept as a run are what they would be if each were kept by itself.
  case runs
  /// The limits of arrays.
  case arrays
  /// A worker is set aside for a streak of failures alone.
  case quarantine
  /// A claim is given to the connection that made it, which is its worker's link, is open and is heard.
  case links
  /// Leases end what they may end.
  case leases
  /// Edges join tasks that may be joined, and close no cycle.
  case edges
  /// Fields change as asked, where they may.
  case fields
  /// A repeat of a keyed request makes nothing.
  case keys
  /// Forgetting takes what its rule allows.
  case forgetting
  /// What is due happens, and nothing happens before.
  case time
  /// The state reads as the history tells.
  case history
  /// Snapshot and journal give the live state.
  case replay
  /// After the faults all that can run ends.
  case progress
}

/// Something that must not be.
package struct Failure: Sendable {
  package var check: Check
  package var words: String

  package init(_ check: Check, _ words: String) {
    self.check = check
    self.words = words
  }
}
