/// A value behind one reference: for what is large and rarely there. Equal where the values are.
struct Boxed<Value: Hashable & Sendable>: Hashable, Sendable {
  private final class Storage: Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
  }
  private let storage: Storage

  init(_ value: Value) { storage = Storage(value) }

  var value: Value { _read { yield storage.value } }

  static func == (left: Boxed, right: Boxed) -> Bool {
    left.storage === right.storage || left.value == right.value
  }

  func hash(into hasher: inout Hasher) { hasher.combine(value) }
}
