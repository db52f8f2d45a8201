import BanyanCore

/// The queue in figures.
extension TaskQueue {
  /// The number of the last event.
  var sequence: UInt64 { state.sequence }

  /// What a forecast is made of.
  func forecastSource() -> ForecastSource { linked.forecastSource(at: clock.wall) }

  /// In figures. It waits for no disk: whoever looks for what is wrong has to be answered.
  func figures() -> QueueFigures {
    QueueFigures(
      view: state.view, meter: meter, now: clock.monotonic, connected: connectedWorkers,
      openClaims: linked.openClaimCount,
      durable: durable, hasRoom: hasRoom)
  }
}
