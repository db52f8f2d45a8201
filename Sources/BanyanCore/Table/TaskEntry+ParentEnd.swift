extension TaskEntry {
  /// Why no task can wait for this one; only of one that ended without success or is being cancelled.
  var parentEnd: Cause.ParentEnd {
    switch state {
    case .cancelled: .cancelled
    case .pendingCancellation: .isBeingCancelled
    default: wasCancelledTooLate ? .wasToBeCancelled : .failed
    }
  }
}
