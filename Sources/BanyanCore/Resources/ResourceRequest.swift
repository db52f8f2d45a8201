/// What a task reserves on the worker that runs it.
public struct ResourceRequest: Hashable, Sendable {
  /// Reserved main memory in bytes.
  public var memoryBytes: Int64 = Self.defaultMemoryBytes
  /// Whole processor cores, reserved for it alone.
  public var coreCount: Int64 = 0
  /// A part of the worker's offered cores, 0 to 100, any real number. The larger of this and `coreCount` is reserved.
  public var corePercent: Double = 0
  /// Whole GPUs, pinned by index.
  public var gpuCount: Int64 = 0
  /// Each of these GPUs has at least so many bytes.
  public var gpuMemoryBytes: Int64?
  /// Each of these GPUs has at least this compute capability.
  public var gpuCapability: GPUCapability?
  /// Anything else a worker says it has, sorted by name, each at least 1.
  public private(set) var custom: [CustomResource] = []

  /// The memory of a task that doesn't say how much it needs: 128 MiB.
  public static let defaultMemoryBytes: Int64 = 134_217_728

  /// The defaults: 128 MiB of memory, nothing else.
  public init() {}

  /// It asks for memory, cores and GPUs of any kind, and nothing else.
  var isPlain: Bool { corePercent == 0 && gpuMemoryBytes == nil && gpuCapability == nil && custom.isEmpty }

  /// Takes the custom resources in any order.
  public mutating func setCustom(_ resources: [CustomResource]) {
    custom = resources.sorted { $0.name < $1.name }
  }

  /// The cores that this reserves on a worker that offered so many in its `hello`.
  public func cores(ofOffered offered: Int64) -> Int64 {
    max(coreCount, Self.part(corePercent, of: offered))
  }

  /// Rounded up; exact for whole percents, and else but for what a real number can't hold of its own digits.
  private static func part(_ percent: Double, of offered: Int64) -> Int64 {
    if let whole = Int64(exactly: percent) {
      return Int64(clamping: (Int128(whole) * Int128(offered) + 99) / 100)
    }
    let part = percent * Double(offered) / 100
    let nearest = part.rounded()
    let rounded = abs(part - nearest) <= 1e-9 * part ? nearest : part.rounded(.up)
    // Not beyond what is offered, and no number that an integer can't hold.
    return rounded >= Double(offered) ? offered : max(0, Int64(rounded))
  }
}

/// A resource by name, such as a licence, and how many.
public struct CustomResource: Hashable, Sendable {
  /// How many names a task may ask for, and a worker offer: each is looked at wherever the two are matched.
  public static let maxNames = 64
  /// The longest name, in characters.
  public static let maxNameLength = 128

  /// What is wrong with a name, and what would be right; nil: nothing.
  public static func trouble(withName name: String) -> String? {
    let length = name.unicodeScalars.count
    return (1...maxNameLength).contains(length)
      ? nil : "a name of \(length) characters; give 1 to \(maxNameLength)"
  }

  /// The resource's name, 1 to ``maxNameLength`` characters, told from others by its code points.
  public var name: CodePoints
  /// How many of it, 1 or more.
  public var count: Int64

  /// So many of the resource of this name.
  public init(name: String, count: Int64) {
    self.name = CodePoints(name)
    self.count = count
  }
}

/// A compute capability, compared as a pair.
public struct GPUCapability: Hashable, Comparable, Sendable {
  /// The number before the point.
  public var major: Int64
  /// The number behind the point.
  public var minor: Int64

  /// The capability that is written as `major.minor`.
  public init(major: Int64, minor: Int64) {
    self.major = major
    self.minor = minor
  }

  /// By major, then by minor.
  public static func < (left: GPUCapability, right: GPUCapability) -> Bool {
    (left.major, left.minor) < (right.major, right.minor)
  }
}
