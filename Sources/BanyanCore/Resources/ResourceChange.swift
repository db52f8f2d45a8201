/// What is to be reserved otherwise than before: what isn't said stays as it was.
public struct ResourceChange: Hashable, Sendable {
  /// Amounts that are set, with their new values.
  private var values: ResourceRequest
  private var amounts: Set<Amount>

  /// What a change may say by itself.
  public enum Amount: Hashable, Sendable, CaseIterable {
    case memory, cores, gpuCount, gpuMemory, gpuCapability
    /// Custom resources that are named; others stay.
    case custom
  }

  /// A change of some amounts to the values that they have in a request.
  public init(_ amounts: Set<Amount>, from values: ResourceRequest) {
    self.amounts = amounts
    self.values = values
  }

  /// What is reserved after the change of what was.
  public func applied(to request: ResourceRequest) -> ResourceRequest {
    var changed = request
    for amount in amounts {
      switch amount {
      case .memory: changed.memoryBytes = values.memoryBytes
      case .cores: (changed.coreCount, changed.corePercent) = (values.coreCount, values.corePercent)
      case .gpuCount: changed.gpuCount = values.gpuCount
      case .gpuMemory: changed.gpuMemoryBytes = values.gpuMemoryBytes
      case .gpuCapability: changed.gpuCapability = values.gpuCapability
      case .custom:
        let named = Set(values.custom.map(\.name))
        changed.setCustom(changed.custom.filter { !named.contains($0.name) } + values.custom)
      }
    }
    return changed
  }
}
