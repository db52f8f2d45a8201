/// What `/proc/PID/stat` says of a process.
struct ProcessStat: Sendable, Hashable {
  /// Its number, which the system gives to another process once it has ended.
  var pid: Int32
  /// `Z` has ended and waits to be reaped.
  var isZombie: Bool
  /// The process whose child it is.
  var parent: Int32
  /// Its process group and its session, each by the number of the process that leads it.
  var group: Int32
  var session: Int32
  /// When it started, in clock ticks since the machine did: with the pid it names a process for good.
  var startTicks: UInt64
  /// Processor time in clock ticks.
  var cpuTicks: UInt64
  /// The same of it and of the children that it has waited for.
  var treeTicks: UInt64
  /// Its address space in bytes.
  var virtualMemoryBytes: Int64
  /// Its resident set in pages.
  var residentPages: Int64

  /// Reads a process; nil where there is none.
  init?(pid: Int32) {
    guard let bytes = FileReading.bytes(of: "/proc/\(pid)/stat", limit: 4096) else { return nil }
    self.init(pid: pid, line: bytes)
  }

  /// Reads the line. The program's name in it may hold blanks and brackets: the fields start behind the last one.
  init?(pid: Int32, line: [UInt8]) {
    guard let bracket = line.lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = line[(bracket + 1)...].split(separator: 0x20, omittingEmptySubsequences: true)
    // Field 3 of proc(5) is the first here.
    func number<Number: FixedWidthInteger>(_ field: Int) -> Number? {
      let position = field - 3
      guard fields.indices.contains(position) else { return nil }
      return Number(String(decoding: fields[position].filter { $0 != 0x0A }, as: UTF8.self))
    }
    guard let state = fields.first?.first, let parent: Int32 = number(4), let group: Int32 = number(5),
      let session: Int32 = number(6), let user: UInt64 = number(14), let system: UInt64 = number(15),
      let childrenUser: UInt64 = number(16), let childrenSystem: UInt64 = number(17),
      let start: UInt64 = number(22), let virtual: Int64 = number(23), let resident: Int64 = number(24)
    else { return nil }
    self.pid = pid
    isZombie = state == UInt8(ascii: "Z") || state == UInt8(ascii: "X")
    self.parent = parent
    self.group = group
    self.session = session
    startTicks = start
    cpuTicks = user &+ system
    treeTicks = cpuTicks &+ childrenUser &+ childrenSystem
    virtualMemoryBytes = virtual
    residentPages = resident
  }
}
