/// Fields set to values, together: what events and retries carry for many tasks at once.
public struct FieldChanges: Sendable {
  /// The fields that change, in the order of the table.
  public let fields: [ProvidedField]
  /// Where their new values stand.
  public let values: TaskFields

  /// Fields that get the values that they have in these.
  public init(_ fields: [ProvidedField], from values: TaskFields) {
    self.fields = fields
    self.values = values
  }

  /// The fields of changes, the last of several of one; `held` is no field.
  public init(_ changes: [FieldChange]) {
    var values = TaskFields()
    var named: Set<ProvidedField> = []
    for change in changes {
      values.set(change)
      if case .field(let field, _) = change { named.insert(field) }
    }
    self.init(ProvidedField.all.filter { named.contains($0) }, from: values)
  }

  /// Whether nothing changes.
  public var isEmpty: Bool { fields.isEmpty }

  /// The fields with these changes.
  public func applied(to fields: TaskFields) -> TaskFields {
    var changed = fields
    for field in self.fields { field.copy(from: values, to: &changed) }
    return changed
  }

}

/// Makes other specifications of those that tasks have: of one that several share one, so that it stays shared.
struct ChangedSpecs {
  private let change: (TaskFields) -> TaskFields
  private var known: [ObjectIdentifier: (old: TaskSpec, new: TaskSpec)] = [:]

  init(_ change: @escaping (TaskFields) -> TaskFields) { self.change = change }

  init(_ changes: FieldChanges) { self.init(changes.applied) }

  /// The changed specification. The old one is held meanwhile, so that its place in memory is nobody else's.
  subscript(spec: TaskSpec) -> TaskSpec {
    mutating get {
      if let pair = known[ObjectIdentifier(spec)] { return pair.new }
      let new = TaskSpec(owner: spec.owner, fields: change(spec.fields), isTemplate: spec.isTemplate)
      known[ObjectIdentifier(spec)] = (spec, new)
      return new
    }
  }
}
