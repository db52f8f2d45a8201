/// How documents are written.
public struct DocumentOptions: Sendable {
  /// The form of dates.
  public var dates: DateForm
  /// Whose tasks' environments are shown.
  public var environments: ShownEnvironments
  /// Which fields; nil: all.
  public var projection: Projection?

  /// How documents are written.
  public init(dates: DateForm = .rfc1123, environments: ShownEnvironments = .all, projection: Projection? = nil) {
    self.dates = dates
    self.environments = environments
    self.projection = projection
  }
}
