import BanyanCore
import BanyanStore
import Synchronization

/// Files in memory that forget on a crash what was not synced, and fail when they are told to.
public final class MemoryFiles: FileSystem {
  /// What happens at the call that is to fail.
  public struct Fault: Sendable {
    /// The number of the call, from 1.
    public var call: Int
    /// Of what sort the failure is.
    public var reason: FileError.Reason
    /// All later calls fail too: the process is as good as dead.
    public var lasts: Bool

    /// One call fails, or that one and all behind it.
    public init(call: Int, reason: FileError.Reason, lasts: Bool) {
      self.call = call
      self.reason = reason
      self.lasts = lasts
    }
  }

  fileprivate struct Inode {
    var current: [UInt8] = []
    var durable: [UInt8] = []
  }

  fileprivate struct State {
    var inodes: [Int: Inode] = [:]
    var names: [String: Int] = [:]
    var durableNames: [String: Int] = [:]
    var locks: Set<String> = []
    var nextInode = 0
    var calls = 0
    var fault: Fault?
    /// Bytes that may still be set aside; nil: any number.
    var room: Int?
    /// A disk that lies: its syncs do nothing.
    var ignoresSyncs = false
    var journal: [String] = []

    mutating func count(_ action: String, _ path: String) throws(FileError) {
      calls += 1
      journal.append("\(action) \(path)")
      guard let fault, calls == fault.call || fault.lasts && calls > fault.call else { return }
      throw FileError(action, path, fault.reason, words: "injected at call \(fault.call)")
    }
  }

  fileprivate let state: Mutex<State>

  /// A disk without files, which fails at no call.
  public init() { state = Mutex(State()) }

  private init(_ state: State) { self.state = Mutex(state) }

  /// How many calls were made.
  public var calls: Int { state.withLock { $0.calls } }
  /// What was called, in order.
  public var log: [String] { state.withLock { $0.journal } }

  /// Has a call fail from now on; nil: none does.
  public func inject(_ fault: Fault?) { state.withLock { $0.fault = fault } }

  /// Bytes that may still be set aside; nil: any number.
  public func setRoom(_ room: Int?) { state.withLock { $0.room = room } }

  /// What the next process finds after this one was killed: all that was written.
  public func afterKill() -> MemoryFiles {
    state.withLock { old in
      var new = State()
      new.inodes = old.inodes
      new.names = old.names
      new.durableNames = old.durableNames
      new.nextInode = old.nextInode
      return MemoryFiles(new)
    }
  }

  /// What the next process finds after the machine lost power: what was synced; of what wasn't, sectors at random.
  public func afterPowerLoss(using random: inout some RandomNumberGenerator) -> MemoryFiles {
    let old = state.withLock { (inodes: $0.inodes, names: $0.durableNames, next: $0.nextInode) }
    var new = State()
    new.names = old.names
    new.durableNames = old.names
    new.nextInode = old.next
    for number in old.inodes.keys.sorted() {
      guard let inode = old.inodes[number] else { continue }
      var bytes = inode.durable
      if inode.current != inode.durable, Bool.random(using: &random) {
        bytes += [UInt8](repeating: 0, count: max(0, inode.current.count - bytes.count))
        for start in stride(from: 0, to: inode.current.count, by: 512) where Bool.random(using: &random) {
          let sector = start..<min(start + 512, inode.current.count)
          bytes.replaceSubrange(sector, with: inode.current[sector])
        }
      }
      new.inodes[number] = Inode(current: bytes, durable: bytes)
    }
    return MemoryFiles(new)
  }

  /// A disk that lies: syncs do nothing.
  public func setIgnoresSyncs(_ ignores: Bool) { state.withLock { $0.ignoresSyncs = ignores } }

  // MARK: For a test's own hands

  /// The paths of all files, sorted, what a crash would forget included.
  public var names: [String] { state.withLock { $0.names.keys.sorted() } }

  /// What a file holds; setting it makes it durable.
  public subscript(path: String) -> [UInt8]? {
    get { state.withLock { state in state.names[path].flatMap { state.inodes[$0]?.current } } }
    set {
      state.withLock { state in
        guard let newValue else {
          state.names[path] = nil
          state.durableNames[path] = nil
          return
        }
        state.nextInode += 1
        state.inodes[state.nextInode] = Inode(current: newValue, durable: newValue)
        state.names[path] = state.nextInode
        state.durableNames[path] = state.nextInode
      }
    }
  }

  // MARK: FileSystem

  /// The names in a folder, sorted.
  public func list(_ folder: String) throws(FileError) -> [String] {
    try state.withLock { state throws(FileError) in
      try state.count("list", folder)
      return state.names.keys.filter { $0.hasPrefix(folder + "/") }.map { String($0.dropFirst(folder.count + 1)) }
        .sorted()
    }
  }

  /// Nothing is kept of it: a folder is a part of its files' paths.
  public func makeFolder(_ path: String) throws(FileError) {
    try state.withLock { state throws(FileError) in try state.count("make the folder", path) }
  }

  /// The file reads what was written last, synced or not.
  public func openForReading(_ path: String) throws(FileError) -> any OpenFile {
    let inode = try state.withLock { state throws(FileError) -> Int in
      try state.count("open", path)
      guard let inode = state.names[path] else { throw FileError("open", path, .missing, words: "no such file") }
      return inode
    }
    return MemoryFile(path: path, files: self, inode: inode)
  }

  /// Empties a file that is there; what was synced of it comes back by a crash.
  public func create(_ path: String) throws(FileError) -> any OpenFile {
    let inode = try state.withLock { state throws(FileError) -> Int in
      try state.count("create", path)
      if let inode = state.names[path] {
        state.inodes[inode]?.current = []
        return inode
      }
      state.nextInode += 1
      state.inodes[state.nextInode] = Inode()
      state.names[path] = state.nextInode
      return state.nextInode
    }
    return MemoryFile(path: path, files: self, inode: inode)
  }

  /// Opens what is there, or makes it, empty.
  public func openForWriting(_ path: String) throws(FileError) -> any OpenFile {
    let inode = try state.withLock { state throws(FileError) -> Int in
      try state.count("open to write", path)
      if let inode = state.names[path] { return inode }
      state.nextInode += 1
      state.inodes[state.nextInode] = Inode()
      state.names[path] = state.nextInode
      return state.nextInode
    }
    return MemoryFile(path: path, files: self, inode: inode)
  }

  /// Nobody else is on this disk.
  public func makePrivate(_ path: String) throws(FileError) -> UInt32 {
    try state.withLock { state throws(FileError) in
      try state.count("make private", path)
      return 0
    }
  }

  /// Durable with the next ``syncFolder(_:)``.
  public func rename(_ path: String, to target: String) throws(FileError) {
    try state.withLock { state throws(FileError) in
      try state.count("rename", path)
      guard let inode = state.names.removeValue(forKey: path) else {
        throw FileError("rename", path, .missing, words: "no such file")
      }
      state.names[target] = inode
    }
  }

  /// Durable with the next ``syncFolder(_:)``; open files go on.
  public func remove(_ path: String) throws(FileError) {
    try state.withLock { state throws(FileError) in
      try state.count("remove", path)
      guard state.names.removeValue(forKey: path) != nil else {
        throw FileError("remove", path, .missing, words: "no such file")
      }
    }
  }

  /// Makes the names in all folders durable, whichever is named.
  public func syncFolder(_ path: String) throws(FileError) {
    try state.withLock { state throws(FileError) in
      try state.count("sync the folder", path)
      if !state.ignoresSyncs { state.durableNames = state.names }
    }
  }

  /// Held until the lock is let go of; nil while somebody has it.
  public func lock(_ path: String) throws(FileError) -> (any FileLock)? {
    let isFree = try state.withLock { state throws(FileError) -> Bool in
      try state.count("lock", path)
      return state.locks.insert(path).inserted
    }
    return isFree ? MemoryLock(files: self, path: path) : nil
  }

  /// The same made-up one for each lock.
  public func lockHolder(_ path: String) -> String? { "process 42" }
}

private final class MemoryLock: FileLock {
  private let files: MemoryFiles
  private let path: String

  init(files: MemoryFiles, path: String) {
    self.files = files
    self.path = path
  }

  deinit { _ = files.state.withLock { $0.locks.remove(path) } }
}

private final class MemoryFile: OpenFile {
  let path: String
  private let files: MemoryFiles
  private let inode: Int

  init(path: String, files: MemoryFiles, inode: Int) {
    self.path = path
    self.files = files
    self.inode = inode
  }

  func size() throws(FileError) -> Int {
    try files.state.withLock { state throws(FileError) in
      try state.count("measure", path)
      return state.inodes[inode]?.current.count ?? 0
    }
  }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileError) -> Int {
    let bytes = try files.state.withLock { state throws(FileError) -> [UInt8] in
      try state.count("read", path)
      let current = state.inodes[inode]?.current ?? []
      return offset < current.count ? Array(current[offset..<min(current.count, offset + buffer.count)]) : []
    }
    buffer.copyBytes(from: bytes)
    return bytes.count
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError) {
    let bytes = Array(bytes)
    try files.state.withLock { state throws(FileError) in
      do throws(FileError) {
        try state.count("write", path)
      } catch {
        // As on a disk: a write that fails may have been half done.
        state.inodes[inode]?.put(bytes[..<(bytes.count / 2)], at: offset)
        throw error
      }
      state.inodes[inode]?.put(bytes[...], at: offset)
    }
  }

  func preallocate(_ count: Int) throws(FileError) {
    try files.state.withLock { state throws(FileError) in
      try state.count("set aside", path)
      let current = state.inodes[inode]?.current.count ?? 0
      guard count > current else { return }
      if let room = state.room {
        guard room >= count - current else { throw FileError("set aside", path, .full, words: "no space") }
        state.room = room - (count - current)
      }
      state.inodes[inode]?.current += [UInt8](repeating: 0, count: count - current)
    }
  }

  func truncate(to count: Int) throws(FileError) {
    try files.state.withLock { state throws(FileError) in
      try state.count("cut", path)
      let surplus = (state.inodes[inode]?.current.count ?? 0) - count
      if surplus > 0 { state.inodes[inode]?.current.removeLast(surplus) }
    }
  }

  func sync() throws(FileError) {
    try files.state.withLock { state throws(FileError) in
      try state.count("sync", path)
      guard !state.ignoresSyncs, let current = state.inodes[inode]?.current else { return }
      state.inodes[inode]?.durable = current
    }
  }
}

extension MemoryFiles.Inode {
  fileprivate mutating func put(_ bytes: ArraySlice<UInt8>, at offset: Int) {
    if current.count < offset + bytes.count {
      current += [UInt8](repeating: 0, count: offset + bytes.count - current.count)
    }
    current.replaceSubrange(offset..<offset + bytes.count, with: bytes)
  }
}
