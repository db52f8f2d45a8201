/// The place of a task among those that were made as one array: by one request, under one name.
public struct ArrayPlace: Hashable, Sendable {
  /// The name that all tasks of the array share.
  public var name: String
  /// Its index in the array, which its process finds in `BANYAN_ARRAY_INDEX`.
  public var index: Int64
  /// How many of the array may be live at a time, at least 1; nil: as many as fit.
  public var maxRunning: UInt32?
  /// After so many of the array have failed for good the rest is cancelled, at least 1; nil: never.
  public var stopAfterFailures: UInt32?
  /// The first task of the array, which tells this one from others of the same name. The queue writes it when the
  /// tasks are made; nil: they were made before arrays had limits.
  public var batch: TaskID?

  /// A place in an array.
  public init(
    name: String, index: Int64, maxRunning: UInt32? = nil, stopAfterFailures: UInt32? = nil, batch: TaskID? = nil
  ) {
    self.name = name
    self.index = index
    self.maxRunning = maxRunning
    self.stopAfterFailures = stopAfterFailures
    self.batch = batch
  }
}
