/// What forecasts are made of.
extension LinkedQueue {
  /// The queue at this moment, and the claims that wait, in their order.
  /// - Parameter now: the server's clock, milliseconds since 1970.
  public func forecastSource(at now: Int64) -> ForecastSource {
    let first = claims.compactMap { worker, open -> ForecastSource.Claimant? in
      guard open.claim.task == nil else { return nil }
      // Of one that is to be looked at again something has ended since: what it said it can give is old.
      return ForecastSource.Claimant(worker: worker, limit: open.isDue ? nil : open.claim.resources)
    }
    return ForecastSource(state, at: now, first: first)
  }
}
