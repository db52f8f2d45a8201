/// What is other than before for what is tried again: fields, each as a whole, and single amounts of its resources.
struct RetryChanges {
  private let fields: FieldChanges
  private let resources: ResourceChange?
  /// Whether they are held; nil: as they were.
  let isHeld: Bool?

  init(_ fields: [FieldChange], _ resources: ResourceChange?) {
    self.fields = FieldChanges(fields)
    self.resources = resources
    var isHeld: Bool?
    for case .held(let wanted) in fields { isHeld = wanted }
    self.isHeld = isHeld
  }

  /// Whether all fields are as they were.
  var isEmpty: Bool { fields.isEmpty && resources == nil }

  /// The fields that change.
  var names: [ProvidedField] { resources == nil ? fields.fields : fields.fields + [.resources] }

  /// Whether single amounts of resources change.
  var changesResources: Bool { resources != nil }

  /// What becomes of these fields: whole values, as events have them.
  func changes(of fields: TaskFields) -> FieldChanges {
    // A group reserves nothing.
    guard let resources, fields.work != nil else { return self.fields }
    var values = self.fields.values
    values.resources = resources.applied(to: fields.resources)
    let others = self.fields.fields.filter { $0 != .resources }
    return FieldChanges(ProvidedField.all.filter { $0 == .resources || others.contains($0) }, from: values)
  }

  /// The fields with these changes.
  func applied(to fields: TaskFields) -> TaskFields { changes(of: fields).applied(to: fields) }
}
