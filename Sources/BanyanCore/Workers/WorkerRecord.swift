/// What a worker may do.
public struct WorkerPermissions: OptionSet, Hashable, Sendable {
  /// One bit a permission.
  public var rawValue: UInt8
  /// The permissions whose bits are set, as records on the disk keep them.
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// It may take tasks.
  public static let claim = WorkerPermissions(rawValue: 1)
  /// It may report on them.
  public static let report = WorkerPermissions(rawValue: 2)
  /// Both of them: what a registration that doesn't say has.
  public static let all: WorkerPermissions = [.claim, .report]

  /// The words on the wire.
  public var names: [String] {
    (contains(.claim) ? ["claim"] : []) + (contains(.report) ? ["report"] : [])
  }
}

/// An address that somebody gave a worker.
public struct WorkerAddress: Hashable, Sendable {
  /// Any host name or IP.
  public var host: String
  /// The port, 0 to 65,535.
  public var port: UInt16

  /// The address of a host and a port; nothing looks whether anybody is there.
  public init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }
}

/// A registration: what the server durably knows of a worker.
public struct WorkerRecord: Hashable, Sendable {
  /// The worker's identifier, which attempts refer to.
  public var id: WorkerID
  /// The user whose token it carries.
  public var user: UserID
  /// Unique under its user.
  public var name: String
  /// When it was registered, milliseconds since 1970.
  public var created: Int64
  /// Milliseconds since 1970, moved by every change.
  public var updated: Int64
  /// Where it is, if somebody said so.
  public var address: WorkerAddress?
  /// What it may do.
  public var permissions: WorkerPermissions = .all
  /// What it offered in its `hello`; nil: it declared nothing (over REST) and claims by id, without a fit.
  public var offer: ResourceOffer?
  /// One start of the worker's process.
  public var instance: String?
  /// The identity of the state folder that it works in; nil: it didn't say.
  public var folder: String?
  /// Folders in which it worked before, and from which attempts may still run.
  public var left: [LeftFolder] = []
  /// The version of the worker's program; nil: it didn't say.
  public var version: String?
  /// A pause that a provider ordered.
  public var pause: WorkerPause?
  /// It takes nothing more and goes when it is idle.
  public var isDraining = false
  /// It was set aside because what it takes fails.
  public var quarantine: Quarantine?
  /// An order to unregister it that is being carried out.
  public var unregistering: Unregistering?

  /// The registration of a worker that has just been made, and has offered nothing yet.
  public init(id: WorkerID, user: UserID, name: String, created: Int64) {
    self.id = id
    self.user = user
    self.name = name
    self.created = created
    updated = created
  }
}

/// A worker's pause: it is given nothing, and what it holds goes on.
public struct WorkerPause: Hashable, Sendable {
  /// Why, in the provider's words.
  public var note: String?
  /// Milliseconds since 1970; nil: until it is resumed.
  public var until: Int64?

  /// A pause until a moment, or until somebody resumes the worker.
  public init(note: String? = nil, until: Int64? = nil) {
    self.note = note
    self.until = until
  }
}

/// Why a worker was set aside, until a provider lifts it.
public struct Quarantine: Hashable, Sendable {
  /// Why it was set aside, in a sentence for its provider.
  public var reason: String
  /// When it was set aside, milliseconds since 1970.
  public var since: Int64

  /// A quarantine that began at `since`, milliseconds since 1970.
  public init(reason: String, since: Int64) {
    self.reason = reason
    self.since = since
  }
}

/// How far an unregistering is.
public struct Unregistering: Hashable, Sendable {
  /// Milliseconds since 1970: when what is left is abandoned.
  public var deadline: Int64
  /// Its tasks are given back rather than cancelled.
  public var requeue: Bool

  /// An order that is over at `deadline`, milliseconds since 1970.
  public init(deadline: Int64, requeue: Bool) {
    self.deadline = deadline
    self.requeue = requeue
  }
}
