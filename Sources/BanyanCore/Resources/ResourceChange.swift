/// Some amounts of a request for resources that become others; those that are not named stay as they are.
public struct ResourceChange: Hashable, Sendable {
  /// Amounts of a request, each of which changes as one.
  public struct Amounts: OptionSet, Hashable, Sendable {
    /// A bit for each of them.
    public let rawValue: UInt8

    /// Those of these bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Main memory.
    public static let memory = Amounts(rawValue: 1)
    /// Cores, by number and by part of what a worker offers.
    public static let cores = Amounts(rawValue: 2)
    /// The number of GPUs.
    public static let gpuCount = Amounts(rawValue: 4)
    /// The memory of each GPU.
    public static let gpuMemory = Amounts(rawValue: 8)
    /// The compute capability of each GPU.
    public static let gpuCapability = Amounts(rawValue: 16)
    /// Of everything else that workers say they have those that are named.
    public static let custom = Amounts(rawValue: 32)
  }

  /// Where the new amounts stand.
  public var values: ResourceRequest
  /// Which of them are new.
  public var amounts: Amounts

  /// New amounts.
  public init(_ amounts: Amounts, from values: ResourceRequest) {
    self.values = values
    self.amounts = amounts
  }

  /// A request with the new amounts; nil stands for one that asks for nothing but the defaults.
  public func applied(to request: ResourceRequest?) -> ResourceRequest {
    var changed = request ?? ResourceRequest()
    if amounts.contains(.memory) { changed.memoryBytes = values.memoryBytes }
    if amounts.contains(.cores) {
      changed.coreCount = values.coreCount
      changed.corePercent = values.corePercent
    }
    if amounts.contains(.gpuCount) { changed.gpuCount = values.gpuCount }
    if amounts.contains(.gpuMemory) { changed.gpuMemoryBytes = values.gpuMemoryBytes }
    if amounts.contains(.gpuCapability) { changed.gpuCapability = values.gpuCapability }
    if amounts.contains(.custom) {
      let named = Set(values.custom.map(\.name))
      changed.setCustom(changed.custom.filter { !named.contains($0.name) } + values.custom)
    }
    return changed
  }
}
