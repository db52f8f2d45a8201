/// A client of a queue that submits, claims and reports, one after the other, each answered. Used by one thread.
protocol CycleClient: AnyObject {
  /// So many tasks through all three, a message (or a pipeline) for each of the three.
  func cycle(_ count: Int) throws
}

/// A queue's server in a process of its own.
protocol CycleServer: AnyObject {
  /// What its figures are called.
  var name: String { get }
  /// A client with connections of its own.
  func client(_ number: Int) throws -> any CycleClient
  /// Processor time that it has used, in seconds: user and system.
  func cpuSeconds() throws -> Double
}

/// The same bytes of work for each.
enum CyclePayload {
  static let command = "/usr/local/bin/convert --input /data/images/000001.png --size 1024x768"
}
