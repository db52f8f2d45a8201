import BanyanClient
import BanyanJSON
import Glibc

/// What a keeper writes down, so that its end loses no result and leaves no process behind: a JSON line before each
/// start and one after it, one for each end and each acknowledgement. It is written, not synced: it has to outlive the
/// keeper, and when the machine dies the tasks died with it.
///
/// What stands in no line has not begun: only that may be given back as if nothing had happened.
struct KeeperJournal {
  /// The format's version, in the first line.
  static let format: Int64 = 1
  /// A journal that has grown so long is written anew with what is left.
  static let rewriteAbove = 4 << 20

  private let path: String
  /// The folder of the control groups of what is started.
  private let groups: String?
  private var descriptor: Int32
  private var length = 0
  /// How long it may become before it is written anew.
  private var limit = Self.rewriteAbove
  /// A line could be written in part only.
  private var isTorn = false
  /// How bytes come to the disk; another way in tests, whose disk is full.
  var disk: @Sendable (Int32, UnsafeRawBufferPointer) -> Int = { write($0, $1.baseAddress, $1.count) }
  /// What it has to begin with, while it could not be begun.
  private var first: (ended: [HeldAttempt], instance: String?)?
  /// Why it can't be written, in words, once.
  private(set) var trouble: String?

  /// What the journal of the keeper before this one told.
  struct Found {
    /// Ends that nobody has acknowledged.
    var ended: [HeldAttempt] = []
    /// Attempts that ran when the former keeper ended, or were about to: one whose main process is not known may have
    /// begun.
    var interrupted: [HeldAttempt] = []
    /// Whether they ran since the machine's last start.
    var isSameBoot = false
    /// The instance of the worker that they belong to.
    var instance: String?
    /// The folder of the control groups in which they ran, if they did.
    var groups: String?
    /// Each start was written down before it was made: what does not stand here has not begun.
    var isComplete = false
    /// It was written elsewhere: somebody copied the folder. What it tells is another keeper's.
    var isForeign = false
  }

  /// Reads the journal at `path`, if there is one. Lines that can't be read, as a torn last one, are passed over.
  static func read(_ path: String) -> Found {
    var found = Found()
    guard let bytes = FileReading.bytes(of: path, limit: 1 << 30) else { return found }
    var ended: [AttemptKey: HeldAttempt] = [:]
    var running: [AttemptKey: HeldAttempt] = [:]
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      guard let node = try? JSONDocument(parsing: Array(line)).root else { continue }
      if let place = node["place"]?.string, place != Self.place(of: path) {
        found = Found()
        found.isForeign = true
        return found
      }
      if let boot = node["boot"]?.string { found.isSameBoot = boot == bootID() }
      if let instance = node["instance"]?.string { found.instance = instance }
      if node["announces_starts"]?.bool == true { found.isComplete = true }
      if let groups = node["groups"]?.string { found.groups = groups }
      if let order = (node["started"] ?? node["starting"]).flatMap({ try? StartOrder($0) }), let start = node["start"],
        var known = try? ProcessStart(start)
      {
        if known.startTicks == nil, let ticks = node["start_ticks"]?.integer, ticks > 0 {
          known.startTicks = UInt64(ticks)
        }
        running[order.key] = HeldAttempt(order: order, start: known)
      }
      if let order = node["ended"].flatMap({ try? StartOrder($0) }), let text = node["ending"],
        let ending = try? AttemptEnding(text)
      {
        let start = node["start"].flatMap { try? ProcessStart($0) }
        ended[order.key] = HeldAttempt(order: order, start: start, ending: ending)
        running[order.key] = nil
      }
      for key in node["forgotten"].map({ $0.elements.compactMap { try? AttemptKey($0) } }) ?? [] {
        ended[key] = nil
      }
    }
    found.ended = Array(ended.values)
    found.interrupted = Array(running.values)
    return found
  }

  /// Starts a journal at `path` that holds the given ends, in place of the one that is there.
  init(path: String, ended: [HeldAttempt], instance: String? = nil, groups: String? = nil) {
    self.path = path
    self.groups = groups
    descriptor = -1
    rewrite(ended: ended, running: [], instance: instance)
    if descriptor < 0 { first = (ended, instance) }
  }

  /// A worker has attached, or has been given the former one's instance.
  mutating func attached(instance: String) {
    first?.instance = instance
    append { JSONText.object(into: &$0) { object in object.set("instance", instance) } }
  }

  /// The process of an attempt is about to be started. False: this can't be written, so it must not be.
  mutating func starting(_ order: StartOrder, time: Int64) -> Bool {
    if descriptor < 0, let first { rewrite(ended: first.ended, running: [], instance: first.instance) }
    if descriptor >= 0 { first = nil }
    let start = ProcessStart(timeStarted: time, workingDirectory: order.workingDirectory ?? order.freshFolder)
    return append { Self.line("starting", order, start, into: &$0) }
  }

  /// The process of an attempt runs.
  mutating func started(_ order: StartOrder, _ start: ProcessStart) {
    append { Self.line("started", order, start, into: &$0) }
  }

  /// Writes down that an attempt ended, and how.
  mutating func ended(_ held: HeldAttempt) {
    append { Self.line(ended: held, into: &$0) }
  }

  /// The server knows of these ends.
  mutating func forgotten(_ keys: [AttemptKey]) {
    append { buffer in
      JSONText.object(into: &buffer) { object in
        object.array("forgotten") { list in
          for key in keys { list.object { key.write(to: &$0) } }
        }
      }
    }
  }

  /// Whether it has grown so long that it should be written anew.
  var isLong: Bool { length > limit }

  /// Writes a new journal that holds what is left, and puts it in the place of the old one: whole, or not at all.
  mutating func rewrite(ended: [HeldAttempt], running: [HeldAttempt], instance: String? = nil) {
    let fresh = "\(path).new"
    let opened = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard opened >= 0 else { return fail("cannot write \(fresh): \(ErrnoText.of(errno))") }
    let old = (descriptor, length, isTorn)
    (descriptor, length, isTorn) = (opened, 0, false)
    let (place, groups) = (Self.place(of: path), groups)
    var isWhole = append { buffer in
      JSONText.object(into: &buffer) { object in
        object.set("format", Self.format)
        object.set("announces_starts", true)
        object.set("boot", Self.bootID())
        object.set("place", place)
        object.set("instance", ifPresent: instance)
        object.set("groups", ifPresent: groups)
      }
    }
    for held in ended { isWhole = isWhole && append { Self.line(ended: held, into: &$0) } }
    for held in running {
      if let start = held.start { isWhole = isWhole && append { Self.line("started", held.order, start, into: &$0) } }
    }
    if isWhole, rename(fresh, path) != 0 {
      fail("cannot rename \(fresh): \(ErrnoText.of(errno))")
      isWhole = false
    }
    guard isWhole else {
      close(opened)
      unlink(fresh)
      (descriptor, length, isTorn) = old
      limit = length + Self.rewriteAbove
      return
    }
    limit = Self.rewriteAbove
    if old.0 >= 0 { close(old.0) }
  }

  @discardableResult
  private mutating func append(_ fill: (inout [UInt8]) -> Void) -> Bool {
    guard descriptor >= 0 else { return false }
    // What is left of a line that did not fit must not swallow this one.
    var line: [UInt8] = isTorn ? [UInt8(ascii: "\n")] : []
    fill(&line)
    line.append(UInt8(ascii: "\n"))
    var rest = line[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { disk(descriptor, $0) }
      if written < 0 {
        if errno == EINTR { continue }
        fail("cannot write \(path): \(ErrnoText.of(errno))")
        isTorn = isTorn || rest.count < line.count
        return false
      }
      rest = rest.dropFirst(written)
    }
    isTorn = false
    length += line.count
    trouble = nil
    return true
  }

  private mutating func fail(_ words: String) {
    trouble = words
  }

  private static func line(
    _ title: StaticString, _ order: StartOrder, _ start: ProcessStart, into buffer: inout [UInt8]
  ) {
    JSONText.object(into: &buffer) { object in
      object.object(title) { order.write(to: &$0) }
      object.object("start") { start.write(to: &$0) }
      // Keepers of older versions read it here.
      object.set("start_ticks", Int64(clamping: start.startTicks ?? 0))
    }
  }

  private static func line(ended held: HeldAttempt, into buffer: inout [UInt8]) {
    JSONText.object(into: &buffer) { object in
      object.object("ended") { held.order.write(to: &$0) }
      if let start = held.start { object.object("start") { start.write(to: &$0) } }
      if let ending = held.ending { object.object("ending") { ending.write(to: &$0) } }
    }
  }

  /// The machine and the folder: a copy of the folder has another one.
  static func place(of path: String) -> String {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    var status = stat()
    let number = stat(folder, &status) == 0 ? UInt64(status.st_ino) : 0
    return "\(FileReading.text(of: "/etc/machine-id") ?? "") \(number)"
  }

  private static func bootID() -> String {
    FileReading.text(of: "/proc/sys/kernel/random/boot_id") ?? ""
  }
}
